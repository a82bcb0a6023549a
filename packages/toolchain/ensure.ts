import { resolve } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { BinFolder } from "./bin-folder.js";
import { cacheRoot, keyOf, ToolCache } from "./cache.js";
import { committedModules, moduleDigest, moduleOf, sourceSlot } from "./go-build.js";
import type { ModuleName } from "./go-modules.js";
import { type Platform, platformOf } from "./go-platform.js";
import { releaseOf, type VendorHosts, vendorHosts } from "./releases.js";
import { type ToolLookup, unresolved } from "./tool-lookup.js";
import { parseToolSources, unobtainable } from "./tool-sources.js";
import { type Tool, type ToolName, tools } from "./tools.js";

/** Options of {@link ensureTools}. */
export interface EnsureOptions {
  /** Folder that will hold a link to each tool under the tool's own name; for PATH. */
  readonly binDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Environment of {@link ensureTools}; tests replace parts of it. */
export interface Surroundings {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default this machine */
  readonly platform?: Platform;
  /** @default the vendors' own */
  readonly hosts?: VendorHosts;
  /** Folder of the Go modules. @default the committed ones */
  readonly modulesFolder?: string;
}

/**
 * Makes sure that each tool exists, from the quickest source that has it: PATH, the cache, the
 * vendor's release, a build from Go source. A second call for the same tools starts no process and
 * sends no request.
 *
 * Environment: TIMONIER_CACHE (folder of the cache), TIMONIER_TOOLS_FROM (tool sources to try, for
 * example `source`).
 *
 * @returns the path of each tool, not of its link
 * @throws UserError with every tool that could not be obtained, and the reason of each tool source
 */
export async function ensureTools<Name extends ToolName>(
  names: readonly Name[],
  options: EnsureOptions,
  surroundings: Surroundings = {},
): Promise<Record<Name, string>> {
  const env = surroundings.env ?? process.env;
  const modulesFolder = surroundings.modulesFolder ?? committedModules;
  const hosts = surroundings.hosts ?? vendorHosts;
  const platform = surroundings.platform ?? thisPlatform();
  const sources = parseToolSources(env.TIMONIER_TOOLS_FROM);
  const bin = new BinFolder(resolve(options.binDir));
  const cache = new ToolCache(cacheRoot(env));

  const lookups = await lookupsFor([...new Set(names)], { modulesFolder, hosts, platform });
  const pins = new Map(lookups.map(({ tool, slots }) => [tool.name, keyOf([tool, slots])]));
  const pinsOf = (name: ToolName) => pins.get(name) ?? "";
  const record = bin.read();
  const known = new Set<ToolName>();
  for (const lookup of lookups) {
    const { name } = lookup.tool;
    const target = bin.valid(name, record[name], pinsOf(name), sources);
    if (!target) continue;
    lookup.found = { from: record[name]?.from ?? "path", target };
    known.add(name);
  }
  if (unresolved(lookups).length > 0) {
    const { progress, signal } = options;
    try {
      // Loaded on demand: most calls find every tool, and need no code for downloads and builds.
      const { findTools } = await import("./find-tools.js");
      await findTools({ env, platform, hosts, modulesFolder, cache, progress, signal }, lookups, sources, bin.folder);
    } finally {
      const fresh = lookups.flatMap(({ tool: { name }, found }) =>
        found && !known.has(name) ? [[name, { ...found, pins: pinsOf(name) }] as const] : [],
      );
      if (fresh.length > 0) await bin.link(new Map(fresh));
    }
  }
  const missing = unresolved(lookups).map(({ tool, refusals }) => ({
    name: tool.name,
    version: tool.version,
    refusals,
  }));
  if (missing.length > 0) throw unobtainable(missing, cache.root);
  return Object.fromEntries(lookups.map(({ tool, found }) => [tool.name, found?.target])) as Record<Name, string>;
}

async function lookupsFor(
  names: readonly ToolName[],
  { modulesFolder, hosts, platform }: { modulesFolder: string; hosts: VendorHosts; platform: Platform },
): Promise<ToolLookup[]> {
  const digests = new Map<ModuleName, Promise<string>>();
  const digestOf = (tool: Tool) => {
    const digest = digests.get(tool.go.module) ?? moduleDigest(moduleOf(tool), modulesFolder);
    digests.set(tool.go.module, digest);
    return digest;
  };
  return Promise.all(
    names.map(async (name) => {
      const tool = tools[name];
      const release = keyOf(releaseOf(tool, platform, hosts));
      return {
        tool,
        slots: {
          vendor: { tool: name, version: tool.version, origin: "vendor", key: release },
          source: sourceSlot(tool, await digestOf(tool), platform),
        },
        refusals: {},
      } satisfies ToolLookup;
    }),
  );
}

function thisPlatform(): Platform {
  const platform = platformOf(process.platform, process.arch);
  if (platform) return platform;
  throw new UserError(
    "this platform is not supported",
    `${process.platform}/${process.arch}`,
    "use Linux or macOS (on Windows: WSL 2) on x64 or arm64",
    { code: "TIM-202" },
  );
}
