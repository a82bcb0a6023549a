import { elapsed, type Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import type { Origin, Slot, ToolCache } from "./cache.js";
import type { Platform } from "./go-platform.js";
import type { Http } from "./http.js";
import type { VendorHosts } from "./releases.js";
import type { Refusals, ToolSource } from "./tool-sources.js";
import type { Tool } from "./tools.js";

/** Settings and services of one call of ensureTools; tests replace them. */
export interface ToolchainContext {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: Platform;
  readonly hosts: VendorHosts;
  readonly modulesFolder: string;
  readonly cache: ToolCache;
  readonly http: Http;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * A requested tool: where the cache would hold it, where it was found, and why a tool source could
 * not give it.
 */
export interface ToolLookup {
  readonly tool: Tool;
  readonly slots: Readonly<Record<Origin, Slot>>;
  found?: { readonly from: ToolSource; readonly target: string };
  readonly refusals: Refusals;
}

/** `etcd 3.7.3` */
export function label({ tool, version }: { tool: string; version: string }): string {
  return `${tool} ${version}`;
}

/** Reports about every 15 s how long the work has taken, until it ends. */
export async function withTimedProgress<T>(
  progress: Progress,
  state: () => string,
  work: () => Promise<T>,
): Promise<T> {
  const start = Date.now();
  const timer = setInterval(() => progress(`${state()}, ${elapsed(start)}`), 15_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Records why a tool source did not give some tools.
 *
 * @throws UserError when the disk is full, because every other tool source would fail as well
 */
export function recordRefusal(
  context: ToolchainContext,
  lookups: readonly ToolLookup[],
  source: ToolSource,
  error: unknown,
): void {
  context.signal?.throwIfAborted();
  if (error instanceof UserError) throw error;
  const reason = (error as Error).message;
  if (/ENOSPC|EDQUOT|no space left on device/i.test(reason)) {
    const names = lookups.map(({ slots }) => label(slots.vendor)).join(", ");
    throw new UserError(
      `${names}: the disk is full`,
      `${context.cache.root}: ${reason}`,
      "free some space (all tools from source take 2 GB and Go's caches 8 GB), or set TIMONIER_CACHE to a folder on another disk",
      { code: "TIM-203", cause: error },
    );
  }
  for (const lookup of lookups) lookup.refusals[source] = reason;
}

/** The tools that are not found yet. */
export function unresolved(lookups: readonly ToolLookup[]): ToolLookup[] {
  return lookups.filter(({ found }) => !found);
}

/** Marks the tools as found that the cache holds now. */
export async function takeCached(
  context: ToolchainContext,
  lookups: readonly ToolLookup[],
  origins: readonly Origin[],
): Promise<void> {
  for (const lookup of unresolved(lookups)) {
    for (const origin of origins) {
      const target = lookup.found ? undefined : await context.cache.find(lookup.slots[origin]);
      if (target) lookup.found = { from: origin, target };
    }
  }
}

/** Names of tools for a progress line; of more than three, the first one and a count. */
export function names(lookups: readonly ToolLookup[]): string {
  const [first, ...others] = lookups.map(({ tool }) => tool.name);
  if (others.length > 2) return `${first} and ${others.length} more`;
  return [first, ...others].join(", ");
}
