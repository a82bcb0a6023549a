import { resolve } from "node:path";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { BinFolder } from "./bin-folder.js";
import { cacheRoot, keyOf, ToolCache } from "./cache.js";
import { committedModules, moduleDigest, moduleOf, sourceSlot } from "./go-build.js";
import type { ModuleName } from "./go-modules.js";
import { type Platform, platformOf } from "./go-platform.js";
import { releaseOf, type VendorHosts, vendorHosts } from "./releases.js";
import { open, type Quest } from "./tool-lookup.js";
import { parseWays, unobtainable } from "./tool-sources.js";
import { type Tool, type ToolName, tools } from "./tools.js";

/** What ensureTools needs to know. */
export interface EnsureOptions {
  /** Folder that will hold a link to each tool under the tool's own name; for PATH. */
  readonly binDir: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What is not the caller's business; tests name stand-ins. */
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
 * Makes sure that each tool is there, by the cheapest way that works: PATH, the cache, the vendor's release, a build
 * from source. A second call with everything in place starts no process and asks no network.
 *
 * Environment: TIMONIER_CACHE (where to keep them), TIMONIER_TOOLS_FROM (ways to try, for example `source`).
 *
 * @returns the path of each tool, not of its link
 * @throws UserError naming every tool that can be had in no way, and what each way said
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
  const ways = parseWays(env.TIMONIER_TOOLS_FROM);
  const bin = new BinFolder(resolve(options.binDir));
  const cache = new ToolCache(cacheRoot(env));

  const quests = await questsFor([...new Set(names)], { modulesFolder, hosts, platform });
  const pins = new Map(quests.map(({ tool, slots }) => [tool.name, keyOf([tool, slots])]));
  const pinsOf = (name: ToolName) => pins.get(name) ?? "";
  const record = bin.read();
  const known = new Set<ToolName>();
  for (const quest of quests) {
    const { name } = quest.tool;
    const target = bin.valid(name, record[name], pinsOf(name), ways);
    if (!target) continue;
    quest.found = { from: record[name]?.from ?? "path", target };
    known.add(name);
  }
  if (open(quests).length > 0) {
    const { progress, signal } = options;
    try {
      // Loaded when something is missing: downloading and building need far more code than knowing that all is there.
      const { search } = await import("./find-tools.js");
      await search({ env, platform, hosts, modulesFolder, cache, progress, signal }, quests, ways, bin.folder);
    } finally {
      const fresh = quests.flatMap(({ tool: { name }, found }) =>
        found && !known.has(name) ? [[name, { ...found, pins: pinsOf(name) }] as const] : [],
      );
      if (fresh.length > 0) await bin.link(new Map(fresh));
    }
  }
  const missing = open(quests).map(({ tool, refusals }) => ({ name: tool.name, version: tool.version, refusals }));
  if (missing.length > 0) throw unobtainable(missing, cache.root);
  return Object.fromEntries(quests.map(({ tool, found }) => [tool.name, found?.target])) as Record<Name, string>;
}

async function questsFor(
  names: readonly ToolName[],
  { modulesFolder, hosts, platform }: { modulesFolder: string; hosts: VendorHosts; platform: Platform },
): Promise<Quest[]> {
  const digests = new Map<ModuleName, Promise<string>>();
  const digestOf = (tool: Tool) => {
    const digest = digests.get(tool.source.module) ?? moduleDigest(moduleOf(tool), modulesFolder);
    digests.set(tool.source.module, digest);
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
      } satisfies Quest;
    }),
  );
}

function thisPlatform(): Platform {
  const platform = platformOf(process.platform, process.arch);
  if (platform) return platform;
  throw new UserError(
    "the tools do not run on this machine",
    `${process.platform}/${process.arch}`,
    "use Linux or macOS (on Windows: WSL 2) on x64 or arm64",
  );
}
