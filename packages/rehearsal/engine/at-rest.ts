import { touchDefinition } from "@timonier/health/stuck-definitions";
import { UserError } from "@timonier/kit/user-error";
import { isEnding } from "../model/noise.js";
import type { KubeObject, Snapshot } from "../model/kube-objects.js";
import { hasSeen } from "../model/caught-up.js";
import type { Unlisted } from "../model/revision-state.js";
import { type ClusterWatch, judgedKinds } from "./cluster-watch.js";
import type { Plane, PlaneTools } from "./rehearsal-cluster.js";
import { type Settled, settle } from "./await-outcomes.js";
import { takeSnapshot } from "./snapshot.js";

/** Milliseconds that definitions have to go: what is there after that waits for the finalizers of its objects. */
const GOING = 2_000;

/** A cluster that has come to rest. */
export interface Rest extends Omit<Settled, "told"> {
  readonly snapshot: Snapshot;
  readonly unlisted: readonly Unlisted[];
}

/**
 * Waits until the cluster has come to rest, and until that was judged by all that is in it.
 *
 * @param expected as of {@link settle}
 * @param end time in milliseconds after which what is not known counts as unknown
 * @throws UserError when the cluster's watches have not told of its objects by then: nothing could be said of it
 */
export async function atRest(
  plane: Plane,
  watch: ClusterWatch,
  expected: (source: KubeObject) => string | undefined,
  end: number,
  starting: PlaneTools,
): Promise<Rest> {
  let going: number | undefined;
  for (;;) {
    const { told, ...settled } = await settle(plane, watch, expected, Math.max(0, end - Date.now()), starting);
    const { snapshot, unlisted } = await takeSnapshot(plane.api);
    const definitions = snapshot.filter((one) => one.kind === "CustomResourceDefinition" && isEnding(one));
    if (definitions.length > 0) going ??= Date.now();
    const gone = definitions.length === 0 || Date.now() - (going ?? 0) > GOING;
    const late = Date.now() > end;
    if (hasSeen(told, snapshot, judgedKinds)) {
      if (gone || late) return { ...settled, snapshot, unlisted };
    } else if (late) throw untold();
    // The API server forgets some of them (waking.ts), and their objects with them.
    await Promise.all(definitions.map(({ metadata }) => touchDefinition(plane.api, metadata.name, Date.now())));
    await watch.change(100);
  }
}

function untold(): UserError {
  return new UserError(
    "the rehearsal's API server has not told of every object in time",
    "the rehearsal's control plane",
    "run the command again while the machine has less to do, or with a longer --timeout",
  );
}
