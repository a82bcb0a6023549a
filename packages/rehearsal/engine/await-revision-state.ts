import { wake } from "@timonier/health/stuck-definitions";
import { UserError } from "@timonier/kit/user-error";
import { hasCaughtUp } from "../model/caught-up.js";
import type { KubeObject, Snapshot } from "../model/kube-objects.js";
import { isEnding } from "../model/noise.js";
import type { Unlisted } from "../model/revision-state.js";
import { type AwaitedOutcomes, awaitOutcomes } from "./await-outcomes.js";
import { type ClusterWatch, watchedKinds } from "./cluster-watch.js";
import type { RehearsalCluster, RehearsalContext } from "./rehearsal-cluster.js";
import { takeSnapshot } from "./snapshot.js";

/** Milliseconds that definitions have to go: what is there after that waits for the finalizers of its objects. */
const GOING = 2_000;

/** A cluster that has come to rest. */
export interface ReconciledState extends Omit<AwaitedOutcomes, "told"> {
  readonly snapshot: Snapshot;
  readonly unlisted: readonly Unlisted[];
}

/**
 * Waits until the cluster has come to rest, and until that was judged by all that is in it.
 *
 * @param expected as of {@link awaitOutcomes}
 * @param end time in milliseconds after which what is not known counts as unknown
 * @throws UserError when the cluster's watches have not told of its objects by then: nothing could be said of it
 */
export async function awaitRevisionState(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  expected: (source: KubeObject) => string | undefined,
  end: number,
  context: RehearsalContext,
): Promise<ReconciledState> {
  let going: number | undefined;
  for (;;) {
    const { watched, ...settled } = await awaitOutcomes(
      cluster,
      watch,
      expected,
      Math.max(0, end - Date.now()),
      context,
    );
    const { snapshot, unlisted } = await takeSnapshot(cluster.api);
    const definitions = snapshot.filter((one) => one.kind === "CustomResourceDefinition" && isEnding(one));
    if (definitions.length > 0) going ??= Date.now();
    const gone = definitions.length === 0 || Date.now() - (going ?? 0) > GOING;
    const late = Date.now() > end;
    if (hasCaughtUp(watched, snapshot, watchedKinds)) {
      if (gone || late) return { ...settled, snapshot, unlisted };
    } else if (late) throw incompleteWatch();
    // The API server forgets some of them (waking.ts), and their objects with them.
    await Promise.all(definitions.map(({ metadata }) => wake(cluster.api, metadata.name, Date.now())));
    await watch.change(100);
  }
}

function incompleteWatch(): UserError {
  return new UserError(
    "the rehearsal's API server has not told of every object in time",
    "the rehearsal's control plane",
    "run the command again while the machine has less to do, or with a longer --timeout",
  );
}
