import { availableParallelism, totalmem } from "node:os";

/** Processors and memory of a machine. */
export interface Machine {
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
}

const MIB = 1024 * 1024;

/** This machine, or the limits of the container. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  return { processors: availableParallelism(), memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

/**
 * Settings of the garbage collector for Go's compiler and linker. With Go's defaults they spend a
 * third of their CPU time on it. Here a process collects garbage only above a limit: half of the
 * memory divided by the processes of two builds, at most 2 GiB, which only the largest few packages
 * exceed. Empty where the user has set GOGC or GOMEMLIMIT, and on small machines.
 */
export function compilerMemory(env: NodeJS.ProcessEnv, { processors, memory }: Machine): NodeJS.ProcessEnv {
  if (env.GOGC !== undefined || env.GOMEMLIMIT !== undefined) return {};
  const limit = Math.min(2048, Math.floor(memory / 2 / (2 * processors) / MIB));
  return limit < 512 ? {} : { GOGC: "off", GOMEMLIMIT: `${limit}MiB` };
}
