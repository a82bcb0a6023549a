import { elapsed } from "@timonier/kit/progress";
import pLimit from "p-limit";
import { keyOf } from "./cache.js";
import type { Download } from "./http.js";
import { fetchFromImage } from "./image-download.js";
import { withLock } from "./lock.js";
import { fetchRelease } from "./release-download.js";
import { originsOf, type Release, releaseOf } from "./releases.js";
import {
  label,
  names,
  recordRefusal,
  type ToolchainContext,
  type ToolLookup,
  takeCached,
  unresolved,
  withTimedProgress,
} from "./tool-lookup.js";

/** Downloads at a time. */
const PARALLEL = 3;

/**
 * Downloads the vendors' releases of the tools that are not found yet. Tools in one archive share
 * its download.
 */
export async function fromVendor(context: ToolchainContext, lookups: readonly ToolLookup[]): Promise<void> {
  const groups = new Map<string, { release: Release; lookups: ToolLookup[] }>();
  for (const lookup of unresolved(lookups)) {
    const release = releaseOf(lookup.tool, context.platform, context.hosts);
    const key = release.kind === "archive" ? release.url : JSON.stringify(release);
    const group = groups.get(key) ?? { release, lookups: [] };
    group.lookups.push(lookup);
    groups.set(key, group);
  }
  const limit = pLimit(PARALLEL);
  await Promise.all(
    [...groups].map(async ([key, group]) => {
      try {
        await requireReachable(context, group.release);
        await limit(() => fetchGroup(context, group.release, group.lookups, `vendor-${keyOf(key)}`));
      } catch (error) {
        recordRefusal(context, unresolved(group.lookups), "vendor", error);
      }
    }),
  );
}

// Before the limit: all hosts are asked at the same time, so that unreachable ones cost one timeout together.
async function requireReachable(context: ToolchainContext, release: Release): Promise<void> {
  if (release.kind === "none") throw new Error(release.reason);
  const verdicts = await Promise.all(originsOf(release).map((origin) => context.http.unreachable(origin)));
  const unreachable = verdicts.find((verdict) => verdict !== undefined);
  if (unreachable) throw new Error(unreachable);
}

async function fetchGroup(
  context: ToolchainContext,
  release: Release,
  lookups: readonly ToolLookup[],
  job: string,
): Promise<void> {
  const what = `downloading ${names(lookups)}`;
  const lock = { file: await context.cache.lockFile(job), what, progress: context.progress, signal: context.signal };
  await withLock(lock, async (signal) => {
    await takeCached(context, lookups, ["vendor"]);
    const missing = unresolved(lookups);
    if (missing.length === 0) return;
    const start = Date.now();
    const from = release.kind === "image" ? release.registry : release.kind === "none" ? "" : release.url;
    for (const { slots } of missing) context.progress(`${label(slots.vendor)}: downloading from ${new URL(from).host}`);
    let received = "";
    const onBytes = (bytes: number, total: number | undefined) => {
      received = ` ${megabytes(bytes)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
    };
    await context.cache.work(job, async (folder) => {
      const files = await withTimedProgress(
        context.progress,
        () => `${names(missing)}: downloading${received}`,
        () => fetchFiles(context, release, missing, { http: context.http, folder, onBytes, signal }),
      );
      for (const lookup of missing) {
        const file = files.get(lookup);
        if (!file) continue;
        lookup.found = { from: "vendor", target: await context.cache.publish(lookup.slots.vendor, file) };
        context.progress(`${label(lookup.slots.vendor)}: downloaded and verified in ${elapsed(start)}`);
      }
    });
  });
}

async function fetchFiles(
  { platform, hosts }: ToolchainContext,
  release: Release,
  lookups: readonly ToolLookup[],
  download: Download,
): Promise<ReadonlyMap<ToolLookup, string>> {
  if (release.kind === "none") return new Map();
  if (release.kind === "image") {
    const file = await fetchFromImage(release, platform, download);
    return new Map(lookups.map((lookup) => [lookup, file]));
  }
  const member = ({ tool }: ToolLookup) => {
    const own = releaseOf(tool, platform, hosts);
    return own.kind === "archive" ? own.member : tool.name;
  };
  const files = await fetchRelease(release, lookups.map(member), download);
  return new Map(lookups.flatMap((lookup) => [[lookup, files.get(member(lookup))]] as [ToolLookup, string][]));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
