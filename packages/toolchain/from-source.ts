import { elapsed } from "@timonier/kit/progress";
import { compilerMemory, type Machine, thisMachine } from "./compiler-memory.js";
import { Estimate } from "./estimate.js";
import { buildModule, whyGoIsUnfit } from "./go-build.js";
import { Go, goEnvironment } from "./go-command.js";
import { type GoModule, modules } from "./go-modules.js";
import { withLock } from "./lock.js";
import { prefetch } from "./prefetch.js";
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

/**
 * Share of a module's packages after which the next module's build starts. The last packages of a
 * build are few, large and depend on each other, so a processor has nothing to do; what the next
 * build shares with this one is compiled by then.
 */
const NEARLY_COMPILED = 0.93;

interface Job {
  readonly module: GoModule;
  readonly wanted: readonly ToolLookup[];
}

interface BuildContext {
  readonly context: ToolchainContext & { readonly signal: AbortSignal };
  readonly env: NodeJS.ProcessEnv;
  readonly estimate: Estimate;
  /** Announces the whole work when the first build starts. */
  readonly beforeFirst: () => void;
}

/**
 * Builds the tools that are not found yet, one Go module after the other; the next build starts
 * when one has nearly compiled.
 */
export async function fromSource(
  original: ToolchainContext,
  lookups: readonly ToolLookup[],
  machine = thisMachine(),
): Promise<void> {
  const jobs = jobsFor(lookups);
  if (jobs.length === 0) return;
  const stop = new AbortController();
  const signal = original.signal ? AbortSignal.any([original.signal, stop.signal]) : stop.signal;
  const context = { ...original, signal };
  const estimate = new Estimate(
    jobs.map(({ module }) => module.name),
    machine.processors,
  );
  const env = environment(context, machine);
  const fetched = new AbortController();
  const go = new Go(env, AbortSignal.any([signal, fetched.signal]));
  const later = jobs.slice(1).map(({ module }) => module);
  const fetching = prefetch({ go, modulesFolder: context.modulesFolder, modules: later });
  const what = names(jobs.flatMap(({ wanted }) => wanted));
  let announced = false;
  const beforeFirst = () => {
    if (!announced) context.progress(`${what}: building on ${machine.processors} processors, ${estimate.describe()}`);
    announced = true;
  };
  try {
    await withTimedProgress(
      context.progress,
      () => `${what}: building, ${estimate.describe()}`,
      () => pipeline(jobs, (job, nearly) => attempt({ context, env, estimate, beforeFirst }, job, nearly, stop)),
    );
  } finally {
    fetched.abort(new Error("all modules are built"));
    await fetching;
  }
  signal.throwIfAborted();
}

function jobsFor(lookups: readonly ToolLookup[]): Job[] {
  const missing = unresolved(lookups);
  return modules
    .map((module) => ({ module, wanted: missing.filter(({ tool }) => tool.go.module === module.name) }))
    .filter(({ wanted }) => wanted.length > 0);
}

function environment(context: ToolchainContext, machine: Machine): NodeJS.ProcessEnv {
  return {
    ...goEnvironment(context.env, context.platform, context.cache.root),
    ...compilerMemory(context.env, machine),
  };
}

/**
 * Runs jobs in order: each starts when the one before it calls `nearly` or ends, and at most two
 * run at the same time.
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

/**
 * Builds a module. An error that concerns all modules (a full disk, an interruption) also stops the
 * other builds.
 */
async function attempt(build: BuildContext, job: Job, nearly: () => void, stop: AbortController): Promise<void> {
  const { context, estimate } = build;
  try {
    context.signal.throwIfAborted();
    await buildOne(build, job, nearly);
  } catch (error) {
    try {
      recordRefusal(context, unresolved(job.wanted), "source", error);
    } catch (fatal) {
      stop.abort(fatal);
    }
  } finally {
    estimate.finished(job.module.name);
  }
}

async function buildOne(build: BuildContext, job: Job, nearly: () => void): Promise<void> {
  const { context, env, estimate } = build;
  const { module, wanted: lookups } = job;
  const unfit = await whyGoIsUnfit(module, context.modulesFolder, new Go(env, context.signal));
  if (unfit) throw new Error(unfit);
  const name = `source-${module.name}`;
  const what = `building ${names(lookups)}`;
  const lock = { file: await context.cache.lockFile(name), what, progress: context.progress, signal: context.signal };
  await withLock(lock, async (signal) => {
    // The process that held the lock before may have built them.
    await takeCached(context, lookups, ["source"]);
    const missing = unresolved(lookups);
    if (missing.length === 0) return;
    build.beforeFirst();
    const start = Date.now();
    const shared = missing.length > 1 ? `, ${missing.length} tools in one build` : "";
    for (const { slots } of missing) context.progress(`${label(slots.source)}: building from Go source${shared}`);
    estimate.started(module.name);
    const goBuild = {
      module,
      tools: missing.map(({ tool }) => tool),
      modulesFolder: context.modulesFolder,
      env,
      onLine: (kind: "compiled" | "downloading") => {
        if (kind === "compiled" && estimate.compiled(module.name) >= NEARLY_COMPILED) nearly();
      },
      signal,
    };
    await context.cache.work(name, async (folder) => {
      const built = await buildModule({ ...goBuild, folder });
      for (const lookup of missing) {
        const file = built.get(lookup.tool.name);
        if (!file) continue;
        lookup.found = { from: "source", target: await context.cache.publish(lookup.slots.source, file) };
        context.progress(`${label(lookup.slots.source)}: built in ${elapsed(start)}`);
      }
    });
  });
}
