import { findOnPath } from "./from-path.js";
import { fromSource } from "./from-source.js";
import { fromVendor } from "./from-vendor.js";
import { Http } from "./http.js";
import { ifUnlocked } from "./lock.js";
import { label, type ToolchainContext, type ToolLookup, takeCached, unresolved } from "./tool-lookup.js";
import type { ToolSource } from "./tool-sources.js";

/**
 * Tries the tool sources one after the other and records in each lookup what was found, or why it
 * was not.
 */
export async function findTools(
  options: Omit<ToolchainContext, "http">,
  lookups: readonly ToolLookup[],
  sources: readonly ToolSource[],
  binDir: string,
): Promise<void> {
  const http = new Http(options.env);
  try {
    await trySources({ ...options, http }, lookups, sources, binDir);
  } finally {
    await http.close();
  }
}

async function trySources(
  context: ToolchainContext,
  lookups: readonly ToolLookup[],
  sources: readonly ToolSource[],
  binDir: string,
): Promise<void> {
  const origins = sources.filter((source) => source !== "path");
  for (const job of await context.cache.unfinished()) {
    await ifUnlocked(await context.cache.lockFile(job), () => context.cache.clear(job));
  }
  let cacheAsked = false;
  for (const source of sources) {
    if (source === "path") {
      await fromPath(context, lookups, binDir);
      continue;
    }
    if (!cacheAsked) {
      const before = unresolved(lookups);
      await takeCached(context, before, origins);
      for (const { slots, found } of before) {
        if (found && found.from !== "path") context.progress(`${label(slots[found.from])}: cached, from ${found.from}`);
      }
      cacheAsked = true;
    }
    await (source === "vendor" ? fromVendor : fromSource)(context, lookups);
  }
}

async function fromPath(context: ToolchainContext, lookups: readonly ToolLookup[], binDir: string): Promise<void> {
  await Promise.all(
    unresolved(lookups).map(async (lookup) => {
      const result = await findOnPath(lookup.tool, context.env, [binDir, context.cache.root]);
      if ("reason" in result) {
        lookup.refusals.path = result.reason;
        return;
      }
      lookup.found = { from: "path", target: result.path };
      context.progress(`${lookup.tool.name} ${result.version}: on PATH, ${result.path}`);
    }),
  );
}
