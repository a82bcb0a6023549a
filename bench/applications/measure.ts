import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LARGE, type Round, SMALL } from "./growth.js";

/** A part for a number of applications. */
export interface Part {
  /** Runs before the time is taken. @default nothing to prepare */
  readonly prepare?: () => Promise<void>;
  readonly run: () => unknown;
}

/** A part for both numbers of applications. */
export interface ComparedPart {
  readonly small: Part;
  readonly large: Part;
  /** `cpu`: of this process, for work that is done in it; other processes disturb it less. */
  readonly clock: "cpu" | "elapsed";
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/**
 * One round: the small number as often as makes the large one, then the large one. So both take
 * about equally long, at about the same time, with about as many collections of garbage.
 */
export async function measureRound({ small, large, clock }: ComparedPart): Promise<Round> {
  const clocks = { elapsed: () => performance.now(), cpu };
  const time = async (part: Part, runs: number) => {
    let total = 0;
    for (let run = 0; run < runs; run++) {
      await part.prepare?.();
      if (run === 0) collectGarbage();
      const start = clocks[clock]();
      await part.run();
      total += clocks[clock]() - start;
    }
    return total;
  };
  return { small: await time(small, LARGE / SMALL), large: await time(large, 1) };
}

/** Milliseconds of CPU that this process has used. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
