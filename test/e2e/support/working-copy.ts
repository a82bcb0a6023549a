import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { linkModules } from "../../../packages/kit/link-modules.js";
import { checkout } from "../../../packages/kit/state-folder.js";
import { commandKind } from "../../support/durations.js";
import { killAll, processesIn } from "../../support/processes.js";
import { timed } from "../../support/timed.js";

/** What a command said. */
export interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for what must or must not be said anywhere. */
  readonly all: string;
}

/**
 * A copy of this checkout with state of its own, as a user has after `git clone`: tests edit it, and no stack of the
 * checkout is touched.
 */
export class WorkingCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "timonier-copy-"));
  /** Temporary folder of every command here: what they leave in it is theirs. */
  readonly temporary = mkdtempSync(join(tmpdir(), "timonier-temporary-"));
  /** Everything that any command here has said. */
  transcript = "";

  /** Milliseconds that a command may take. */
  private readonly timeout: number;

  constructor({ timeout = 280_000 }: { readonly timeout?: number } = {}) {
    this.timeout = timeout;
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
      cwd: checkout,
      encoding: "utf8",
    });
    const names = files.split("\0").filter((name) => name !== "");
    execFileSync("cp", ["--parents", "--no-dereference", "--target-directory", this.folder, ...names], {
      cwd: checkout,
    });
    linkModules(join(checkout, "node_modules"), join(this.folder, "node_modules"));
  }

  get state(): string {
    return join(this.folder, ".timonier");
  }

  get gitlabFolder(): string {
    return join(this.state, "stacks", "embedded", "gitlab");
  }

  get clusterFolder(): string {
    return join(this.state, "stacks", "embedded", "cluster");
  }

  /** `timonier VERB …` in the copy. */
  timonier(...args: string[]): Promise<Said> {
    return this.run(process.execPath, ["cli/timonier.mjs", ...args]);
  }

  /** A command with the environment that `timonier env` prints: the way a user's shell has it. */
  async shell(command: string, env: Record<string, string> = {}): Promise<Said> {
    return this.run("bash", ["-c", `eval "$(node cli/timonier.mjs env)"; ${command}`], env);
  }

  async run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
    const { exitCode, stdout, stderr } = await timed(commandKind(command, args), async () =>
      execa(command, args, {
        cwd: this.folder,
        // The state of a stack of the developer's must not be that of the copy.
        env: { CI: "true", NO_COLOR: "1", TMPDIR: this.temporary, TIMONIER_STATE: undefined, ...env },
        stdin: "ignore",
        reject: false,
        timeout: this.timeout,
      }),
    );
    const all = `${stdout}\n${stderr}`;
    this.transcript += `$ ${command} ${args.join(" ")}\n${all}\n`;
    return { exitCode: exitCode ?? 1, stdout, stderr, all };
  }

  /** Every file of the state folder as text, by path; those that its programs remove meanwhile are left out. */
  stateFiles(): Map<string, string> {
    const files = new Map<string, string>();
    for (const entry of readdirSync(this.state, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const text = entry.isFile() ? textOf(path) : undefined;
      if (text !== undefined) files.set(path, text);
    }
    return files;
  }

  /** Files in which a command left credentials of a cluster. */
  leftCredentials(): string[] {
    const names = readdirSync(this.temporary, { recursive: true, encoding: "utf8" });
    return names.filter((name) => /client-key-data|token:/.test(textOf(join(this.temporary, name)) ?? ""));
  }

  /** Ids of the processes that this copy's stacks run. */
  processes(): number[] {
    return processesIn(this.state);
  }

  /**
   * Ends what still runs, by the ids of this copy's own processes, and deletes the copy. `down` is
   * no part of it: everything of an embedded stack lies in the copy. A stack in a cluster that
   * stays needs its own `down` before.
   */
  async remove(): Promise<void> {
    await killAll(() => this.processes());
    for (const folder of [this.folder, this.temporary]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "EISDIR", "ENXIO"].includes(code)) return undefined;
    throw error;
  }
}
