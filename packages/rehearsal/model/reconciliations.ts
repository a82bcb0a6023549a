import type { Reconciliation } from "@timonier/report/model";
import { dependenciesOf, isReconciliation, isSource } from "./flux-objects.js";
import { conditionOf, type KubeObject, keyOf, refOf } from "./kube-objects.js";
import { dependencyOrder } from "./order.js";
import type { Outcome } from "./outcome.js";
import { byKey } from "./owners.js";
import type { RevisionState } from "./revision-state.js";

/** All Kustomizations and HelmReleases, each after its dependencies. Deleted ones come last. */
export function reconciliations(before: RevisionState, after: RevisionState): Reconciliation[] {
  const states = [before, after].map((state) => ({
    objects: byKey(state.snapshot.filter(isReconciliation)),
    outcomes: new Map(state.outcomes),
  }));
  const [base, head] = states as [(typeof states)[0], (typeof states)[0]];
  const left = [...base.objects.values()].filter((one) => !head.objects.has(keyOf(one)));
  return [...dependencyOrder([...head.objects.values()]), ...dependencyOrder(left)].map((object) => {
    const key = keyOf(object);
    const now = head.objects.get(key);
    const was = base.objects.get(key);
    return {
      ref: refOf(object),
      ...(now && readyStatusOf(now, head.outcomes.get(key))),
      ...(was && { readyBefore: readyStatusOf(was, base.outcomes.get(key)).ready }),
      dependsOn: dependenciesOf(object).map(nameOfKey),
    };
  });
}

type ReadyStatus = {
  readonly ready: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
};

function readyStatusOf(object: KubeObject, outcome: Outcome | undefined): ReadyStatus {
  const condition = conditionOf(object, "Ready");
  const words = {
    ...(condition?.reason && { reason: condition.reason }),
    ...(condition?.message && { message: condition.message }),
  };
  if (outcome?.state === "stalled") return { ready: "False", reason: outcome.reason, message: outcome.message };
  if (outcome?.state === "reconciled") return { ready: "True", ...words };
  if (outcome?.state === "assumed")
    return {
      ready: "Unknown",
      reason: "Assumed",
      message: `it counts as Ready for the objects that wait for it: ${outcome.message}`,
    };
  if (outcome?.state === "suspended")
    return { ready: status(condition?.status), reason: "Suspended", message: "it is suspended: nothing is applied" };
  return {
    ready: "Unknown",
    reason: "NotSettled",
    message: outcome?.state === "pending" ? outcome.for : "it did not reconcile in time",
  };
}

function status(text: string | undefined): "True" | "False" | "Unknown" {
  return text === "True" || text === "False" ? text : "Unknown";
}

/** `kustomize.toolkit.fluxcd.io/Kustomization/default/infra` → `Kustomization default/infra`. */
function nameOfKey(key: string): string {
  const [, kind, namespace, ...name] = key.split("/");
  return `${kind} ${namespace}/${name.join("/")}`;
}

/** An object that needs something out of reach. */
export interface OutOfReach {
  readonly object: KubeObject;
  readonly message: string;
}

/** Sources, Kustomizations and releases that need something out of reach. */
export function outOfReach(state: RevisionState): OutOfReach[] {
  const outcomes = new Map(state.outcomes);
  return state.snapshot.flatMap((object): OutOfReach[] => {
    if (!isReconciliation(object) && !isSource(object)) return [];
    const outcome = outcomes.get(keyOf(object));
    const isGap = outcome?.state === "assumed" || (outcome?.state === "stalled" && outcome.gap === true);
    return isGap ? [{ object, message: outcome.message }] : [];
  });
}
