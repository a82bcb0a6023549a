import { join } from "node:path";
import type { Platform } from "./go-platform.js";
import { compare, findVersion } from "./version-range.js";

/** Older versions do not fetch the toolchain that a go.mod names. */
const OLDEST = "1.21.0";

/** Flags that would change the binary. Others (-p, -modcacherw, …) stay as the user set them. */
const outputFlags =
  /^['"]?--?(asan|asmflags|buildmode|compiler|cover\w*|gcflags|installsuffix|ldflags|linkshared|mod|modfile|msan|o|overlay|pgo|race|tags|trimpath)(=|['"]?$)/;

/** Called for each compiled package and each downloaded module. */
export type OnGoLine = (kind: "compiled" | "downloading", name: string) => void;

/**
 * The user's environment for Go (proxy, checksum database, toolchain, caches) with the settings of
 * a pinned build.
 *
 * @param cache folder for Go's caches where HOME is not set
 */
export function goEnvironment(env: NodeJS.ProcessEnv, platform: Platform, cache: string): NodeJS.ProcessEnv {
  const flags = (env.GOFLAGS?.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).filter((flag) => !outputFlags.test(flag));
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
   * Why this Go cannot build a module, undefined when it can.
   *
   * @param wanted version in the `go` line of go.mod
   */
  async unfit(wanted: string): Promise<string | undefined> {
    // Loaded on demand: it takes 0.1 s, and most runs start no process.
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
      return `Go ${version} is too old: Go ${OLDEST} or newer fetches Go ${wanted} itself`;
    if (toolchain === "local" && compare(version, wanted) < 0) {
      return `Go ${version} is older than ${wanted}, and GOTOOLCHAIN=local forbids to fetch a newer one`;
    }
    return undefined;
  }

  /** Runs a command. @returns its output @throws Error with the last lines of go's output */
  async run(args: readonly string[], cwd: string, extra: NodeJS.ProcessEnv = {}, onLine?: OnGoLine): Promise<string> {
    const { execa } = await import("execa");
    const output: string[] = [];
    const child = execa(this.command, args, {
      ...this.options(cwd),
      env: { ...this.env, ...extra },
      buffer: { stderr: false },
    });
    try {
      // This loop also ends with the error of a failed command.
      for await (const line of child.iterable({ from: "stderr" })) {
        const downloading = /^go: downloading (\S+)/.exec(line)?.[1];
        if (downloading) onLine?.("downloading", downloading);
        else if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) onLine?.("compiled", line);
        else output.push(line);
        if (output.length > 20) output.shift();
      }
      return (await child).stdout;
    } catch (error) {
      this.signal?.throwIfAborted();
      const last = output.filter((line) => line.trim() !== "").slice(-4);
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
