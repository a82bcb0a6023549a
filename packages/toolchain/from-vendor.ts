import { elapsed } from "@timonier/kit/progress";
import pLimit from "p-limit";
import { keyOf } from "./cache.js";
import { fetchFromImage } from "./image-download.js";
import { withLock } from "./lock.js";
import { fetchRelease } from "./release-download.js";
import { originsOf, type Release, releaseOf } from "./releases.js";
import { label, names, open, type Quest, type Run, refuse, takeCached, whileTelling } from "./tool-lookup.js";

/** Downloads at a time. */
const PARALLEL = 3;

/** Tries the vendor's release for what is not found yet. Tools out of one archive share its download. */
export async function fromVendor(run: Run, quests: readonly Quest[]): Promise<void> {
  const groups = new Map<string, { release: Release; quests: Quest[] }>();
  for (const quest of open(quests)) {
    const release = releaseOf(quest.tool, run.platform, run.hosts);
    const place = release.kind === "archive" ? release.url : JSON.stringify(release);
    const group = groups.get(place) ?? { release, quests: [] };
    group.quests.push(quest);
    groups.set(place, group);
  }
  const limit = pLimit(PARALLEL);
  await Promise.all(
    [...groups].map(async ([place, group]) => {
      try {
        await mustAnswer(run, group.release);
        await limit(() => fetchGroup(run, group.release, group.quests, `vendor-${keyOf(place)}`));
      } catch (error) {
        refuse(run, open(group.quests), "vendor", error);
      }
    }),
  );
}

// Before the limit: all hosts are asked at once, so that unreachable ones cost one timeout together.
async function mustAnswer(run: Run, release: Release): Promise<void> {
  if (release.kind === "none") throw new Error(release.reason);
  const verdicts = await Promise.all(originsOf(release).map((origin) => run.http.unreachable(origin)));
  const unreachable = verdicts.find((verdict) => verdict !== undefined);
  if (unreachable) throw new Error(unreachable);
}

async function fetchGroup(run: Run, release: Release, quests: readonly Quest[], job: string): Promise<void> {
  const what = `downloading ${names(quests)}`;
  const lock = { file: await run.cache.lockFile(job), what, progress: run.progress, signal: run.signal };
  await withLock(lock, async (signal) => {
    await takeCached(run, quests, ["vendor"]);
    const missing = open(quests);
    if (missing.length === 0) return;
    const start = Date.now();
    const from = release.kind === "image" ? release.registry : release.kind === "none" ? "" : release.url;
    for (const { slots } of missing) run.progress(`${label(slots.vendor)}: downloading from ${new URL(from).host}`);
    let received = "";
    const onBytes = (bytes: number, total: number | undefined) => {
      received = ` ${megabytes(bytes)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
    };
    await run.cache.work(job, async (folder) => {
      const files = await whileTelling(
        run.progress,
        () => `${names(missing)}: downloading${received}`,
        () => fetchFiles(run, release, missing, folder, onBytes, signal),
      );
      for (const quest of missing) {
        const file = files.get(quest);
        if (!file) continue;
        quest.found = { from: "vendor", target: await run.cache.publish(quest.slots.vendor, file) };
        run.progress(`${label(quest.slots.vendor)}: downloaded and verified in ${elapsed(start)}`);
      }
    });
  });
}

async function fetchFiles(
  run: Run,
  release: Release,
  quests: readonly Quest[],
  folder: string,
  onBytes: (bytes: number, total: number | undefined) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<Quest, string>> {
  if (release.kind === "none") return new Map();
  if (release.kind === "image") {
    const file = await fetchFromImage(run.http, release, run.platform, folder, onBytes, signal);
    return new Map(quests.map((quest) => [quest, file]));
  }
  const member = ({ tool }: Quest) => {
    const own = releaseOf(tool, run.platform, run.hosts);
    return own.kind === "archive" ? own.member : tool.name;
  };
  const files = await fetchRelease(run.http, release, quests.map(member), folder, onBytes, signal);
  return new Map(quests.flatMap((quest) => [[quest, files.get(member(quest))]] as [Quest, string][]));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
