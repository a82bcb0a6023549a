import { lookOnPath } from "./from-path.js";
import { fromSource } from "./from-source.js";
import { fromVendor } from "./from-vendor.js";
import { Http } from "./http.js";
import { ifUnlocked } from "./lock.js";
import { label, open, type Quest, type Run, takeCached } from "./tool-lookup.js";
import type { Way } from "./tool-sources.js";

/** Looks for the tools that are still open, way by way, and notes in each quest what was found or why not. */
export async function search(
  around: Omit<Run, "http">,
  quests: readonly Quest[],
  ways: readonly Way[],
  binDir: string,
): Promise<void> {
  const http = new Http(around.env);
  try {
    await searchWays({ ...around, http }, quests, ways, binDir);
  } finally {
    await http.close();
  }
}

async function searchWays(run: Run, quests: readonly Quest[], ways: readonly Way[], binDir: string): Promise<void> {
  const origins = ways.filter((way) => way !== "path");
  for (const job of await run.cache.unfinished()) {
    await ifUnlocked(await run.cache.lockFile(job), () => run.cache.clear(job));
  }
  let cacheAsked = false;
  for (const way of ways) {
    if (way === "path") {
      await fromPath(run, quests, binDir);
      continue;
    }
    if (!cacheAsked) {
      const before = open(quests);
      await takeCached(run, before, origins);
      for (const { slots, found } of before) {
        if (found && found.from !== "path") run.progress(`${label(slots[found.from])}: cached, from ${found.from}`);
      }
      cacheAsked = true;
    }
    await (way === "vendor" ? fromVendor : fromSource)(run, quests);
  }
}

async function fromPath(run: Run, quests: readonly Quest[], binDir: string): Promise<void> {
  await Promise.all(
    open(quests).map(async (quest) => {
      const look = await lookOnPath(quest.tool, run.env, [binDir, run.cache.root]);
      if ("reason" in look) {
        quest.refusals.path = look.reason;
        return;
      }
      quest.found = { from: "path", target: look.path };
      run.progress(`${quest.tool.name} ${look.version}: on PATH, ${look.path}`);
    }),
  );
}
