import { touchDefinition } from "@timonier/health/stuck-definitions";
import { UserError } from "@timonier/kit/user-error";
import { hasCaughtUp } from "../model/caught-up.js";
import type { KubeObject, Snapshot } from "../model/kube-objects.js";
import { isBeingDeleted } from "../model/noise.js";
import type { Unlisted } from "../model/revision-state.js";
import { type AwaitedOutcomes, awaitOutcomes } from "./await-outcomes.js";
import { watchedKinds } from "./cluster-watch.js";
import type { Rehearsal } from "./rehearsal.js";
import { takeSnapshot } from "./snapshot.js";

/**
 * How long the deletion of a definition is awaited. A longer one waits for the finalizers of its
 * objects. Milliseconds.
 */
const DELETION_TIMEOUT = 2_000;

/** A cluster in which everything has an outcome. */
interface ReconciledState extends Omit<AwaitedOutcomes, "watched"> {
  readonly snapshot: Snapshot;
  readonly unlisted: readonly Unlisted[];
}

/**
 * Waits until everything has an outcome, and until these outcomes were derived from every object
 * that the cluster holds.
 *
 * @param expected as in {@link awaitOutcomes}
 * @throws UserError when the cluster's watches have not received every object at the deadline: the
 * outcomes would be wrong
 */
export async function awaitRevisionState(
  rehearsal: Pick<Rehearsal, "cluster" | "watch" | "context" | "deadline">,
  expected: (source: KubeObject) => string | undefined,
): Promise<ReconciledState> {
  const { cluster, watch, deadline } = rehearsal;
  let deletionStart: number | undefined;
  for (;;) {
    const { watched, ...outcomes } = await awaitOutcomes(rehearsal, expected, Math.max(0, deadline - Date.now()));
    const { snapshot, unlisted } = await takeSnapshot(cluster.api);
    const deleted = snapshot.filter((one) => one.kind === "CustomResourceDefinition" && isBeingDeleted(one));
    if (deleted.length > 0) deletionStart ??= Date.now();
    const isOver = deleted.length === 0 || Date.now() - (deletionStart ?? 0) > DELETION_TIMEOUT;
    const late = Date.now() > deadline;
    if (hasCaughtUp(watched, snapshot, watchedKinds)) {
      if (isOver || late) return { ...outcomes, snapshot, unlisted };
    } else if (late) throw incompleteWatch();
    // The API server forgets to delete some of them (packages/health/waking.ts), and with them their objects.
    await Promise.all(deleted.map(({ metadata }) => touchDefinition(cluster.api, metadata.name, Date.now())));
    await watch.change(100);
  }
}

function incompleteWatch(): UserError {
  return new UserError(
    "the rehearsal's API server did not report every object in time",
    "the rehearsal cluster",
    "run the command again while the machine has less to do, or with a longer --timeout",
    { code: "TIM-603" },
  );
}
