import { elapsed } from "../../core/progress.js";
import { Go, goEnvironment } from "./go.js";
import { withLock } from "./lock.js";
import { type GoModule, modules } from "./modules.js";
import { label, names, open, type Quest, type Run, refuse, takeCached, whileTelling } from "./run.js";
import { buildModule, whyNotBuilt } from "./source.js";

/** Builds what is not found yet, module after module: one build already keeps every processor busy. */
export async function fromSource(run: Run, quests: readonly Quest[]): Promise<void> {
  for (const module of modules) {
    const wanted = open(quests).filter(({ tool }) => tool.source.module === module.name);
    if (wanted.length === 0) continue;
    try {
      await buildOne(run, module, wanted);
    } catch (error) {
      refuse(run, open(wanted), "source", error);
    }
  }
}

async function buildOne(run: Run, module: GoModule, quests: readonly Quest[]): Promise<void> {
  const env = goEnvironment(run.env, run.platform, run.cache.root);
  const unfit = await whyNotBuilt(module, run.modulesFolder, new Go(env, run.signal));
  if (unfit) throw new Error(unfit);
  const job = `source-${module.name}`;
  const what = `building ${names(quests)}`;
  const lock = { file: await run.cache.lockFile(job), what, progress: run.progress, signal: run.signal };
  await withLock(lock, async (signal) => {
    // Whoever held the lock before may have built them.
    await takeCached(run, quests, ["source"]);
    const missing = open(quests);
    if (missing.length === 0) return;
    const start = Date.now();
    const shared = missing.length > 1 ? `, ${missing.length} tools in one build` : "";
    for (const { slots } of missing) run.progress(`${label(slots.source)}: building from Go source${shared}`);
    const done = { compiled: 0, downloading: 0 };
    const build = {
      module,
      tools: missing.map(({ tool }) => tool),
      modulesFolder: run.modulesFolder,
      env,
      onLine: (kind: "compiled" | "downloading") => {
        done[kind] += 1;
      },
      signal,
    };
    await run.cache.work(job, async (folder) => {
      const built = await whileTelling(
        run.progress,
        () => `${names(missing)}: building, ${done.compiled} packages compiled, ${done.downloading} modules downloaded`,
        () => buildModule({ ...build, folder }),
      );
      for (const quest of missing) {
        const file = built.get(quest.tool.name);
        if (!file) continue;
        quest.found = { from: "source", target: await run.cache.publish(quest.slots.source, file) };
        run.progress(`${label(quest.slots.source)}: built in ${elapsed(start)}`);
      }
    });
  });
}
