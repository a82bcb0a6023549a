import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import type { Sample } from "./figures.js";
import { measure } from "./run.js";

/** Variables of a stack or a pipeline around the benchmark, which must not reach what is measured. */
const FOREIGN = /^(TIMONIER_|PULUMI_|CI$|CI_|KUBECONFIG$|GITLAB_)/;
/** Variables that a measurement needs although their names look foreign. */
const STORED_BASES = new Set(["TIMONIER_CACHE", "TIMONIER_TOOLS_FROM"]);

/** The environment of measured commands: the caller's, without variables of other stacks. */
export function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => STORED_BASES.has(name) || !FOREIGN.test(name)));
}

/**
 * The environment of a machine that has nothing: an empty HOME, no caches; the settings of npm and
 * Go stay.
 */
export function emptyEnvironment(env: NodeJS.ProcessEnv, home: string, ownHome: string): NodeJS.ProcessEnv {
  const caches = /^(XDG_.*|TIMONIER_.*|GOCACHE|GOMODCACHE|GOPATH|(npm|NPM)_(config|CONFIG)_(cache|CACHE))$/;
  return {
    ...Object.fromEntries(Object.entries(ownEnvironment(env)).filter(([name]) => !caches.test(name))),
    HOME: home,
    NPM_CONFIG_USERCONFIG: env.NPM_CONFIG_USERCONFIG ?? join(ownHome, ".npmrc"),
    GOENV: env.GOENV ?? join(ownHome, ".config/go/env"),
    // Otherwise Go writes folders that cannot be deleted afterwards.
    GOFLAGS: `${env.GOFLAGS ?? ""} -modcacherw`.trim(),
  };
}

/** What measurements share: one stack that is up, and folders that are deleted at the end. */
export class Scene {
  readonly #root = mkdtempSync(join(tmpdir(), "timonier-bench-"));
  readonly #endings: (() => Promise<unknown>)[] = [];
  readonly #env = ownEnvironment(process.env);
  #stack: Promise<string> | undefined;
  #count = 0;

  constructor(private readonly progress: (text: string) => void) {}

  /** Runs `timonier VERB` of this checkout. */
  timonier(verb: string, state: string): Promise<Sample> {
    return measure(["node", join(checkout, "cli/timonier.mjs"), verb], {
      cwd: checkout,
      env: { ...this.#env, TIMONIER_STATE: state },
    });
  }

  /** Runs a command in this checkout. */
  here(command: readonly string[]): Promise<Sample> {
    return measure(command, { cwd: checkout, env: this.#env });
  }

  /** Path in a folder that is deleted at the end. */
  folder(name: string): string {
    return join(this.#root, `${name}-${++this.#count}`);
  }

  /** State folder of a stack that is up; it is brought up once. */
  stack(): Promise<string> {
    this.#stack ??= this.#up();
    return this.#stack;
  }

  async #up(): Promise<string> {
    this.progress("bringing a stack up for the rows that need one");
    const state = this.folder("stack");
    this.endWith(() => this.timonier("down", state));
    await this.timonier("up", state);
    // The first run of a command bundles its sources.
    await this.timonier("status", state);
    return state;
  }

  /** A fresh clone of the last commit of this checkout, which has this machine's HOME and caches. */
  clone(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    const cwd = this.folder("clone");
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", checkout, cwd]);
    this.endWith(async () => {
      if (existsSync(join(cwd, ".timonier/stacks"))) {
        await measure(["node", "cli/timonier.mjs", "down"], { cwd, env: this.#env });
      }
    });
    return { cwd, env: this.#env };
  }

  /** A fresh clone and an empty HOME. */
  nothing(): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
    const home = this.folder("home");
    mkdirSync(home);
    return { cwd: this.clone().cwd, env: emptyEnvironment(process.env, home, homedir()) };
  }

  /** Has something done at the end; the last one first. */
  endWith(ending: () => Promise<unknown>): void {
    this.#endings.unshift(ending);
  }

  /**
   * Brings down what is up and deletes the folders, those of a stack that could not be brought down
   * excepted.
   */
  async end(): Promise<void> {
    for (const ending of this.#endings) {
      try {
        await ending();
      } catch (error) {
        console.error(`kept ${this.#root}: ${(error as Error).message}`);
        process.exitCode = 1;
        return;
      }
    }
    rmSync(this.#root, { recursive: true, force: true });
  }
}
