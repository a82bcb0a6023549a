import * as pulumi from "@pulumi/pulumi";
import { watchAncestors } from "@timonier/kit/ancestors";
import type { Cluster } from "../cluster/cluster.js";

/** Runs work that needs a cluster's processes, with a signal for the case that they are lost. */
export type Supervised = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Pulumi's language host, and the engine that started it. */
const GENERATIONS = 2;

/**
 * From the moment at which a cluster is there, and until the work has ended, its processes are started again when they die.
 * Clusters whose processes are not the stack's are left alone.
 *
 * @returns runs the work; fails with the supervisor's error as soon as a process cannot be started again
 */
export function supervised({ supervise, kubeconfig }: Cluster): Supervised {
  const lost = new AbortController();
  const over = new AbortController();
  let supervision: Promise<void> | undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    if (!supervise) return;
    // Without an engine there is no run: a program that outlives it must not start what a `down` has ended.
    const isNeeded = watchAncestors(GENERATIONS);
    kubeconfig.apply(() => {
      if (pulumi.runtime.isDryRun() || over.signal.aborted) return;
      supervision = supervise({
        report: (line) => void pulumi.log.warn(line),
        progress: (line) => void pulumi.log.info(line, undefined, undefined, true),
        isNeeded,
        signal: over.signal,
      });
      supervision.catch(reject);
    });
  });
  // Before the work begins there is nothing to end; it then fails at once.
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
