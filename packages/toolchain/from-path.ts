import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { basename, delimiter, isAbsolute, join } from "node:path";
import { SHELL_BIN } from "@timonier/kit/state-folder";
import { execa } from "execa";
import type { Tool } from "./tools.js";
import { findVersion, fits } from "./version-range.js";

/** A tool on PATH in an accepted version, or why there is none. */
export type PathResult = { readonly path: string; readonly version: string } | { readonly reason: string };

/** Longest time that a tool may take to print its version, in milliseconds. */
const PROBE_TIMEOUT = 3_000;

/**
 * Finds the first tool on PATH in an accepted version.
 *
 * @param skip folders with this program's own tools
 */
export async function findOnPath(tool: Tool, env: NodeJS.ProcessEnv, skip: readonly string[]): Promise<PathResult> {
  if ("unsupported" in tool.path) return { reason: `not used: ${tool.path.unsupported}` };
  const reasons: string[] = [];
  for (const path of await candidates(tool.name, env, skip)) {
    const version = await probe(path, tool.path.probe, env);
    if (!version) reasons.push(`${path} does not print its version`);
    else if (!fits(version, tool.path.range)) {
      reasons.push(`${path} is ${version}, expected ${tool.path.range}`);
    } else return { path, version };
  }
  return { reason: reasons.length > 0 ? reasons.join("; ") : "not found" };
}

async function candidates(name: string, env: NodeJS.ProcessEnv, skip: readonly string[]): Promise<string[]> {
  const own = await Promise.all(skip.map((folder) => realpath(folder).catch(() => folder)));
  const isOwn = (path: string) => own.some((folder) => path.startsWith(`${folder}/`));
  const found: string[] = [];
  // An empty or relative entry means the current folder: what lies there is not an installed tool.
  const folders = (env.PATH ?? "").split(delimiter).filter((one) => isAbsolute(one) && basename(one) !== SHELL_BIN);
  for (const folder of new Set(folders)) {
    const path = join(folder, name);
    const real = await executable(path);
    // `timonier env` of another checkout puts its folder of links on PATH: the targets are in the cache.
    if (real && !isOwn(path) && !isOwn(real)) found.push(path);
  }
  return found;
}

async function executable(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() ? await realpath(path) : undefined;
  } catch {
    return undefined;
  }
}

async function probe(path: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { stdout, stderr, failed } = await execa(path, args, {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    extendEnv: false,
    stdin: "ignore",
    timeout: PROBE_TIMEOUT,
    killSignal: "SIGKILL",
    maxBuffer: 1_000_000,
    reject: false,
  });
  return failed ? undefined : (findVersion(stdout) ?? findVersion(stderr));
}
