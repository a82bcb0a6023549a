import * as pulumi from "@pulumi/pulumi";
import { watchAncestors } from "@timonier/kit/ancestors";
import type { Cluster } from "../cluster/cluster.js";
import { logProgress } from "../log-progress.js";

/**
 * Runs work that needs the processes of a cluster. The signal aborts it when they cannot be
 * restarted.
 */
export type Supervised = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Two generations: Pulumi's language host, and the engine that started it. */
const GENERATIONS = 2;

/**
 * Restarts the processes of a cluster when they die, from its start until the work ends. Only an
 * embedded cluster has processes that belong to the stack.
 *
 * @returns a function that runs the work, and fails with the supervisor's error when a process
 *   cannot be restarted
 */
export function supervised({ supervise, kubeconfig }: Cluster): Supervised {
  const lost = new AbortController();
  const over = new AbortController();
  let supervision: Promise<void> | undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    if (!supervise) return;
    // A program that outlives its engine must not restart processes that a `down` has ended.
    const isNeeded = watchAncestors(GENERATIONS);
    kubeconfig.apply(() => {
      if (pulumi.runtime.isDryRun() || over.signal.aborted) return;
      supervision = supervise({
        report: (line) => void pulumi.log.warn(line),
        progress: logProgress,
        isNeeded,
        signal: over.signal,
      });
      supervision.catch(reject);
    });
  });
  // The rejection is handled when the work begins, which then fails at once.
  failed.catch(() => {});
  return async (work) => {
    try {
      const value = await Promise.race([failed, work(lost.signal)]);
      over.abort();
      await supervision;
      return value;
    } finally {
      over.abort();
      lost.abort();
    }
  };
}
