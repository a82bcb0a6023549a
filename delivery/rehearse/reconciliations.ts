import type { Reconciliation } from "../report/model.js";
import { conditionOf, type KubeObject, keyOf, refOf } from "./objects.js";
import { dependencyOrder } from "./order.js";
import { byKey } from "./owners.js";
import { type Answer, dependenciesOf, isReconciliation, isSource } from "./settle.js";
import type { Side } from "./side.js";

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

/** Sources that did not answer here, by key, with their words: nothing that reads them can be judged. */
export function unreachable(
  side: Side,
  served: (source: KubeObject) => boolean,
): Map<string, { readonly source: KubeObject; readonly message: string }> {
  const found = new Map<string, { source: KubeObject; message: string }>();
  const answers = new Map(side.answers);
  for (const source of side.snapshot.filter(isSource)) {
    const answer = answers.get(keyOf(source));
    if (answer?.state === "failed" && !served(source)) found.set(keyOf(source), { source, message: answer.message });
  }
  return found;
}
