import type { Reconciliation } from "@timonier/report/model";
import { dependenciesOf, isReconciliation, isSource } from "./flux-objects.js";
import { conditionOf, type KubeObject, keyOf, refOf } from "./kube-objects.js";
import { dependencyOrder } from "./order.js";
import type { Answer } from "./outcome.js";
import { byKey } from "./owners.js";
import type { Side } from "./revision-state.js";

/** What becomes of every Kustomization and HelmRelease, each after those it depends on; those that go come last. */
export function reconciliations(before: Side, after: Side): Reconciliation[] {
  const sides = [before, after].map((side) => ({
    objects: byKey(side.snapshot.filter(isReconciliation)),
    answers: new Map(side.answers),
  }));
  const [old, young] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const left = [...old.objects.values()].filter((one) => !young.objects.has(keyOf(one)));
  return [...dependencyOrder([...young.objects.values()]), ...dependencyOrder(left)].map((object) => {
    const key = keyOf(object);
    const now = young.objects.get(key);
    const was = old.objects.get(key);
    return {
      ref: refOf(object),
      ...(now && outcome(now, young.answers.get(key))),
      ...(was && { readyBefore: outcome(was, old.answers.get(key)).ready }),
      dependsOn: dependenciesOf(object).map(nameOfKey),
    };
  });
}

type Outcome = { readonly ready: "True" | "False" | "Unknown"; readonly reason?: string; readonly message?: string };

function outcome(object: KubeObject, answer: Answer | undefined): Outcome {
  const condition = conditionOf(object, "Ready");
  const words = {
    ...(condition?.reason && { reason: condition.reason }),
    ...(condition?.message && { message: condition.message }),
  };
  if (answer?.state === "failed") return { ready: "False", reason: answer.reason, message: answer.message };
  if (answer?.state === "ready") return { ready: "True", ...words };
  if (answer?.state === "assumed")
    return {
      ready: "Unknown",
      reason: "Assumed",
      message: `it counts as Ready for what waits for it: ${answer.message}`,
    };
  if (answer?.state === "suspended")
    return { ready: status(condition?.status), reason: "Suspended", message: "it is suspended: nothing is applied" };
  return {
    ready: "Unknown",
    reason: "NotSettled",
    message: answer?.state === "waiting" ? answer.for : "it did not settle while it was watched",
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

/** Sources, Kustomizations and releases that need something which cannot be reached from here. */
export function outOfReach(side: Side): OutOfReach[] {
  const answers = new Map(side.answers);
  return side.snapshot.flatMap((object): OutOfReach[] => {
    if (!isReconciliation(object) && !isSource(object)) return [];
    const answer = answers.get(keyOf(object));
    const isGap = answer?.state === "assumed" || (answer?.state === "failed" && answer.gap === true);
    return isGap ? [{ object, message: answer.message }] : [];
  });
}
