import { createHash } from "node:crypto";
import { appendFile, cp, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { keyOf, type Slot } from "./cache.js";
import { Go, type OnGoLine } from "./go-command.js";
import { type GoModule, installArguments, modules } from "./go-modules.js";
import { patches } from "./go-patches.js";
import type { Platform } from "./go-platform.js";
import type { Tool, ToolName } from "./tools.js";

/** The committed go.mod and go.sum files. */
export const committedModules = join(dirname(fileURLToPath(import.meta.url)), "modules");

/** The module that a tool is built from. */
export function moduleOf(tool: Tool): GoModule {
  const module = modules.find(({ name }) => name === tool.go.module);
  if (!module) throw new Error(`${tool.name} names the unknown module ${tool.go.module}`);
  return module;
}

/** Place in the cache of a tool that is built from a module. @param digest of the module's files */
export function sourceSlot(tool: Tool, digest: string, platform: Platform): Slot {
  const module = moduleOf(tool);
  const pins = [tool.go.package, installArguments(module), module.patch ?? "", digest, platform.os, platform.arch];
  return { tool: tool.name, version: tool.go.version ?? tool.version, origin: "source", key: keyOf(pins) };
}

/** Digest of the committed files that a build of the module depends on. */
export async function moduleDigest(module: GoModule, folder = committedModules): Promise<string> {
  const hash = createHash("sha256");
  const folders = module.patch === "flux-manifests" ? [module.name, "flux-manifests"] : [module.name];
  for (const each of folders) {
    const names = (await readdir(join(folder, each), { recursive: true })).sort();
    for (const name of names.filter((file) => /\.(go|mod|sum)$/.test(file))) {
      hash.update(`${name}\0`).update(await readFile(join(folder, each, name)));
    }
  }
  return hash.digest("hex");
}

/** One `go install` of several tools of one module. */
export interface Build {
  readonly module: GoModule;
  readonly tools: readonly Tool[];
  readonly modulesFolder: string;
  /** An empty folder on the cache's file system. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLine: OnGoLine;
  readonly signal: AbortSignal;
}

/**
 * Builds several tools of one module; shared packages are compiled once.
 *
 * @returns the binary of each, in the build's folder
 * @throws Error with go's output
 */
export async function buildModule(build: Build): Promise<ReadonlyMap<ToolName, string>> {
  const go = new Go(build.env, build.signal);
  const moduleFolder = join(build.folder, "module");
  await cp(join(build.modulesFolder, build.module.name), moduleFolder, { recursive: true });
  if (build.module.patch) {
    const sources = join(build.folder, "sources");
    await mkdir(sources);
    const place = { go, moduleFolder, modulesFolder: build.modulesFolder, folder: sources };
    const { module, folder } = await patches[build.module.patch](place);
    // Relative, since the path ends up in the binary's build information.
    await appendFile(join(moduleFolder, "go.mod"), `\nreplace ${module} => ${relative(moduleFolder, folder)}\n`);
  }
  const bin = join(build.folder, "bin");
  const packages = build.tools.map((tool) => tool.go.package);
  const extra = { GOBIN: bin, ...(build.module.cgo && build.env.GOOS === "linux" && { CGO_ENABLED: "1" }) };
  await go.run([...installArguments(build.module), ...packages], moduleFolder, extra, build.onLine);
  return new Map(build.tools.map((tool) => [tool.name, join(bin, tool.go.binary ?? tool.name)]));
}

/** Why the Go on PATH cannot build a module, undefined when it can. */
export async function whyGoIsUnfit(module: GoModule, modulesFolder: string, go: Go): Promise<string | undefined> {
  const text = await readFile(join(modulesFolder, module.name, "go.mod"), "utf8");
  return go.unfit(/^go (\S+)$/m.exec(text)?.[1] ?? "0.0.0");
}
