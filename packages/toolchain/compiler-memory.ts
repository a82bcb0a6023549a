import { availableParallelism, totalmem } from "node:os";

/** A machine that compiles. */
export interface Machine {
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
}

const MIB = 1024 * 1024;

/** This machine, or the container's share of it. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  return { processors: availableParallelism(), memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

/**
 * Settings of the garbage collector for Go's compiler and linker, which take a third of their CPU time for it otherwise. A
 * process collects garbage only from a limit on: half of the memory divided by the processes of two builds at once, at most
 * 2 GiB, which is more than any package but the largest few needs. Settings of the user and small machines change nothing.
 */
export function compilerMemory(env: NodeJS.ProcessEnv, { processors, memory }: Machine): NodeJS.ProcessEnv {
  if (env.GOGC !== undefined || env.GOMEMLIMIT !== undefined) return {};
  const limit = Math.min(2048, Math.floor(memory / 2 / (2 * processors) / MIB));
  return limit < 512 ? {} : { GOGC: "off", GOMEMLIMIT: `${limit}MiB` };
}
