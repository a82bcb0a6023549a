import { join } from "node:path";
import type { Platform } from "./go-platform.js";
import { compare, findVersion } from "./version-range.js";

/** Older ones do not fetch the toolchain that a go.mod names. */
const OLDEST = "1.21.0";

/** Flags that would make something else of the same pins. Others (-p, -modcacherw, …) are the user's own affair. */
const decisive =
  /^['"]?--?(asan|asmflags|buildmode|compiler|cover\w*|gcflags|installsuffix|ldflags|linkshared|mod|modfile|msan|o|overlay|pgo|race|tags|trimpath)(=|['"]?$)/;

/** Told for each package that was compiled and each module that is downloaded. */
export type OnGoLine = (kind: "compiled" | "downloading", name: string) => void;

/**
 * The user's own environment for Go (proxy, checksum database, toolchain, caches) with what a pinned build needs on top.
 *
 * @param cache folder that takes Go's caches where there is no home folder
 */
export function goEnvironment(env: NodeJS.ProcessEnv, platform: Platform, cache: string): NodeJS.ProcessEnv {
  const flags = (env.GOFLAGS?.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).filter((flag) => !decisive.test(flag));
  const homeless = env.HOME ? {} : { GOCACHE: join(cache, "go-build"), GOPATH: join(cache, "go") };
  return {
    ...homeless,
    ...env,
    CGO_ENABLED: "0",
    GO111MODULE: "on",
    GOARCH: platform.arch,
    GOFLAGS: [...flags, "-mod=readonly"].join(" "),
    GOOS: platform.os,
    GOWORK: "off",
  };
}

/** Runs the go command with a given environment. */
export class Go {
  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly signal?: AbortSignal,
    private readonly command = "go",
  ) {}

  /**
   * Why this Go cannot build what wants a version, undefined when it can.
   *
   * @param wanted the `go` line of go.mod
   */
  async unfit(wanted: string): Promise<string | undefined> {
    // Loaded where a process is started: most runs start none, and it takes a tenth of a second.
    const { execa } = await import("execa");
    const { stdout, failed, cause } = await execa(this.command, ["env", "GOVERSION", "GOTOOLCHAIN"], {
      ...this.options("/"),
      reject: false,
    });
    if (failed) {
      const missing = (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
      return missing ? "Go is not on PATH" : "the go command on PATH does not run";
    }
    const [line = "", toolchain = ""] = stdout.split("\n");
    const version = findVersion(/^go\d+\.\d+$/.test(line) ? `${line}.0` : line.replace(/^go/, "")) ?? "0.0.0";
    if (compare(version, OLDEST) < 0)
      return `Go ${version} is too old: from ${OLDEST} on it fetches Go ${wanted} itself`;
    if (toolchain === "local" && compare(version, wanted) < 0) {
      return `Go ${version} is older than ${wanted}, and GOTOOLCHAIN=local forbids to fetch that`;
    }
    return undefined;
  }

  /** Runs a command. @returns its output @throws Error with go's own last words */
  async run(args: readonly string[], cwd: string, extra: NodeJS.ProcessEnv = {}, onLine?: OnGoLine): Promise<string> {
    const { execa } = await import("execa");
    const said: string[] = [];
    const child = execa(this.command, args, {
      ...this.options(cwd),
      env: { ...this.env, ...extra },
      buffer: { stderr: false },
    });
    try {
      // Ends with the error of a failed command, too.
      for await (const line of child.iterable({ from: "stderr" })) {
        const downloading = /^go: downloading (\S+)/.exec(line)?.[1];
        if (downloading) onLine?.("downloading", downloading);
        else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) onLine?.("compiled", line);
        else said.push(line);
        if (said.length > 20) said.shift();
      }
      return (await child).stdout;
    } catch (error) {
      this.signal?.throwIfAborted();
      const last = said.filter((line) => line.trim() !== "").slice(-4);
      throw new Error(`go ${args[0]} failed: ${last.join(" | ") || (error as Error).message}`, { cause: error });
    }
  }

  private options(cwd: string) {
    return {
      cwd,
      env: this.env,
      extendEnv: false,
      stdin: "ignore" as const,
      ...(this.signal ? { cancelSignal: this.signal } : {}),
    };
  }
}
