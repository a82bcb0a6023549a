import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { logOf, processEnded } from "../ended.js";
import { layoutOf, repairCluster } from "../lifecycle.js";
import { gatherFacts, type ProgramFacts } from "./facts.js";
import { afterRepair, beginHistory, judge } from "./judge.js";

/** Milliseconds between two checks. */
const INTERVAL = 500;

/** How to supervise. */
export interface SuperviseOptions {
  /** Called with each process that ended. */
  readonly report: Progress;
  /** Called with the progress of each repair. */
  readonly progress: Progress;
  /** Whether the run that needs the cluster still exists: nothing is started for one that was killed. */
  readonly isNeeded: () => boolean;
  /** Ends the supervision after one last check. */
  readonly signal: AbortSignal;
}

/**
 * Restarts processes of an installed cluster when they end, until the signal.
 *
 * @param dir state folder of this one cluster
 * @throws UserError naming a process that ends again and again, or that cannot be started, with its log
 */
export async function supervise(dir: string, { report, progress, isNeeded, signal }: SuperviseOptions): Promise<void> {
  const layout = layoutOf(dir);
  let history = beginHistory(gatherFacts(layout));
  /** Why the last start failed; it is more specific than that a process is missing. */
  let failure: UserError | undefined;
  for (let last = false; !last; ) {
    await sleep(INTERVAL, undefined, { signal, ref: false }).catch(() => {});
    last = signal.aborted;
    const { history: next, ended, start, hopeless } = judge(history, gatherFacts(layout), performance.now());
    history = next;
    if (hopeless?.log) throw processEnded(layout, hopeless.name, hopeless.how, hopeless.log);
    if (hopeless) throw failure ?? processEnded(layout, hopeless.name, hopeless.how);
    for (const one of ended) report(`${one.name} of the embedded cluster ${howEnded(one)}; its log: ${one.log}`);
    if (start.length > 0 && !isNeeded()) return;
    // After a failed start they have been reported already.
    for (const name of failure ? [] : start) {
      report(`${name} of the embedded cluster died and is started again; its log: ${logOf(layout, name)}`);
    }
    failure = undefined;
    if (start.length === 0) continue;
    try {
      await repairCluster(dir, { progress });
    } catch (error) {
      // A process that it needs may have ended while it started: the next check decides.
      failure = error instanceof UserError ? error : notStarted(start, layout.logs, error);
      last = false;
    }
    history = afterRepair(history);
  }
}

function howEnded({ end }: ProgramFacts): string {
  const why = end?.signal === undefined ? `exit code ${end?.exitCode}` : `signal ${end.signal}`;
  return `died (${why}) and is started again`;
}

function notStarted(names: readonly string[], logs: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(
    `${names.join(", ")} of the embedded cluster could not be started again: ${reason}`,
    logs,
    "read the logs there, then run the command again",
    { code: "TIM-339", cause },
  );
}
