import { elapsed } from "@timonier/kit/progress";
import { compilerMemory, type Machine, thisMachine } from "./compiler-memory.js";
import { Estimate } from "./estimate.js";
import { buildModule, whyNotBuilt } from "./go-build.js";
import { Go, goEnvironment } from "./go-command.js";
import { type GoModule, modules } from "./go-modules.js";
import { withLock } from "./lock.js";
import { prefetch } from "./prefetch.js";
import { label, names, open, type Quest, type Run, refuse, takeCached, whileTelling } from "./tool-lookup.js";

/**
 * Share of a module's packages after which the next module's build starts. The last packages of a build are few, large and
 * depend on each other, so a processor has nothing to do; what the next build shares with this one is compiled by then.
 */
const NEARLY_COMPILED = 0.93;

interface Job {
  readonly module: GoModule;
  readonly wanted: readonly Quest[];
}

interface Surroundings {
  readonly run: Run & { readonly signal: AbortSignal };
  readonly env: NodeJS.ProcessEnv;
  readonly estimate: Estimate;
  /** Announces the whole work when the first build starts. */
  readonly beforeFirst: () => void;
}

/** Builds missing tools, module after module; the next build starts when one has nearly compiled. */
export async function fromSource(original: Run, quests: readonly Quest[], machine = thisMachine()): Promise<void> {
  const jobs = jobsFor(quests);
  if (jobs.length === 0) return;
  const stop = new AbortController();
  const signal = original.signal ? AbortSignal.any([original.signal, stop.signal]) : stop.signal;
  const run = { ...original, signal };
  const estimate = new Estimate(
    jobs.map(({ module }) => module.name),
    machine.processors,
  );
  const env = environment(run, machine);
  const fetched = new AbortController();
  const go = new Go(env, AbortSignal.any([signal, fetched.signal]));
  const later = jobs.slice(1).map(({ module }) => module);
  const fetching = prefetch({ go, modulesFolder: run.modulesFolder, modules: later });
  const what = names(jobs.flatMap(({ wanted }) => wanted));
  let said = false;
  const beforeFirst = () => {
    if (!said) run.progress(`${what}: building on ${machine.processors} processors, ${estimate.describe()}`);
    said = true;
  };
  try {
    await whileTelling(
      run.progress,
      () => `${what}: building, ${estimate.describe()}`,
      () => pipeline(jobs, (job, nearly) => attempt({ run, env, estimate, beforeFirst }, job, nearly, stop)),
    );
  } finally {
    fetched.abort(new Error("all modules are built"));
    await fetching;
  }
  signal.throwIfAborted();
}

function jobsFor(quests: readonly Quest[]): Job[] {
  const missing = open(quests);
  return modules
    .map((module) => ({ module, wanted: missing.filter(({ tool }) => tool.source.module === module.name) }))
    .filter(({ wanted }) => wanted.length > 0);
}

function environment(run: Run, machine: Machine): NodeJS.ProcessEnv {
  return { ...goEnvironment(run.env, run.platform, run.cache.root), ...compilerMemory(run.env, machine) };
}

/**
 * Works off jobs in order: the next one starts when the one before calls `nearly` or ends, and at most two run at once.
 *
 * @param work must not reject
 */
export async function pipeline<T>(
  jobs: readonly T[],
  work: (job: T, nearly: () => void) => Promise<void>,
): Promise<void> {
  const running: Promise<void>[] = [];
  for (const job of jobs) {
    await running.at(-2);
    await new Promise<void>((next) => {
      running.push(work(job, next).finally(next));
    });
  }
  await Promise.all(running);
}

/** Builds a module. An error that concerns all modules (a full disk, an interruption) stops the other builds, too. */
async function attempt(around: Surroundings, job: Job, nearly: () => void, stop: AbortController): Promise<void> {
  const { run, estimate } = around;
  try {
    run.signal.throwIfAborted();
    await buildOne(around, job, nearly);
  } catch (error) {
    try {
      refuse(run, open(job.wanted), "source", error);
    } catch (fatal) {
      stop.abort(fatal);
    }
  } finally {
    estimate.finished(job.module.name);
  }
}

async function buildOne(around: Surroundings, job: Job, nearly: () => void): Promise<void> {
  const { run, env, estimate } = around;
  const { module, wanted: quests } = job;
  const unfit = await whyNotBuilt(module, run.modulesFolder, new Go(env, run.signal));
  if (unfit) throw new Error(unfit);
  const name = `source-${module.name}`;
  const what = `building ${names(quests)}`;
  const lock = { file: await run.cache.lockFile(name), what, progress: run.progress, signal: run.signal };
  await withLock(lock, async (signal) => {
    // The process that held the lock before may have built them.
    await takeCached(run, quests, ["source"]);
    const missing = open(quests);
    if (missing.length === 0) return;
    around.beforeFirst();
    const start = Date.now();
    const shared = missing.length > 1 ? `, ${missing.length} tools in one build` : "";
    for (const { slots } of missing) run.progress(`${label(slots.source)}: building from Go source${shared}`);
    estimate.started(module.name);
    const build = {
      module,
      tools: missing.map(({ tool }) => tool),
      modulesFolder: run.modulesFolder,
      env,
      onLine: (kind: "compiled" | "downloading") => {
        if (kind === "compiled" && estimate.compiled(module.name) >= NEARLY_COMPILED) nearly();
      },
      signal,
    };
    await run.cache.work(name, async (folder) => {
      const built = await buildModule({ ...build, folder });
      for (const quest of missing) {
        const file = built.get(quest.tool.name);
        if (!file) continue;
        quest.found = { from: "source", target: await run.cache.publish(quest.slots.source, file) };
        run.progress(`${label(quest.slots.source)}: built in ${elapsed(start)}`);
      }
    });
  });
}
