import { elapsed, type Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import type { Origin, Slot, ToolCache } from "./cache.js";
import type { Platform } from "./go-platform.js";
import type { Http } from "./http.js";
import type { VendorHosts } from "./releases.js";
import type { Refusals, Way } from "./tool-sources.js";
import type { Tool } from "./tools.js";

/** What one run of ensureTools works with; tests put stand-ins here. */
export interface Run {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: Platform;
  readonly hosts: VendorHosts;
  readonly modulesFolder: string;
  readonly cache: ToolCache;
  readonly http: Http;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** A tool on its way: where its cached binaries would lie, what was found, what each way refused. */
export interface Quest {
  readonly tool: Tool;
  readonly slots: Readonly<Record<Origin, Slot>>;
  found?: { readonly from: Way; readonly target: string };
  readonly refusals: Refusals;
}

/** `etcd 3.7.3` */
export function label({ tool, version }: { tool: string; version: string }): string {
  return `${tool} ${version}`;
}

/** Says how long something goes on, about every 15 s, until it ends. */
export async function whileTelling<T>(progress: Progress, state: () => string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const timer = setInterval(() => progress(`${state()}, ${elapsed(start)}`), 15_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Notes why a way did not give some tools.
 *
 * @throws UserError when the disk is full: no other way will do better
 */
export function refuse(run: Run, quests: readonly Quest[], way: Way, error: unknown): void {
  run.signal?.throwIfAborted();
  if (error instanceof UserError) throw error;
  const reason = (error as Error).message;
  if (/ENOSPC|EDQUOT|no space left on device/i.test(reason)) {
    const names = quests.map(({ slots }) => label(slots.vendor)).join(", ");
    throw new UserError(
      `${names}: the disk is full`,
      `${run.cache.root}: ${reason}`,
      "free some space (all tools from source take 2 GB and Go's caches 8 GB), or name a folder elsewhere in TIMONIER_CACHE",
      { cause: error },
    );
  }
  for (const quest of quests) quest.refusals[way] = reason;
}

/** Those not found yet. */
export function open(quests: readonly Quest[]): Quest[] {
  return quests.filter(({ found }) => !found);
}

/** Fills in what the cache has by now. */
export async function takeCached(run: Run, quests: readonly Quest[], origins: readonly Origin[]): Promise<void> {
  for (const quest of open(quests)) {
    for (const origin of origins) {
      const target = quest.found ? undefined : await run.cache.find(quest.slots[origin]);
      if (target) quest.found = { from: origin, target };
    }
  }
}

/** Tools for a line: their names, or how many where the line would grow too long. */
export function names(quests: readonly Quest[]): string {
  const [first, ...others] = quests.map(({ tool }) => tool.name);
  if (others.length > 2) return `${first} and ${others.length} more`;
  return [first, ...others].join(", ");
}
