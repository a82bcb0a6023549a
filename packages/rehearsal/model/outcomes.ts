import { ASSUMED, assumptionOf } from "./assumption.js";
import { isReconciliation, isSource, sourceKeyOf } from "./flux-objects.js";
import { at, conditionOf, type KubeObject, keyOf, labelOf } from "./kube-objects.js";
import { gap, type Outcome, pending } from "./outcome.js";
import { readBy } from "./outcomes/find-source.js";
import { kustomizationOutcome } from "./outcomes/kustomization-outcome.js";
import type { FluxView, Lookup } from "./outcomes/lookup.js";
import { releaseOutcome } from "./outcomes/release-outcome.js";
import { sourceOutcome } from "./outcomes/source-outcome.js";
import { isRemoteBaseOutOfReach } from "./unreachable.js";

/** Outcomes by key, for every source, Kustomization and HelmRelease of the view. */
export function outcomes(view: FluxView): Map<string, Outcome> {
  return new OutcomeResolver(view).all();
}

class OutcomeResolver implements Lookup {
  readonly flux: ReadonlyMap<string, KubeObject>;
  readonly workloads: ReadonlyMap<string, KubeObject>;
  readonly still: number;
  readonly #known = new Map<string, Outcome>();
  readonly #open = new Set<string>();

  constructor(readonly view: FluxView) {
    this.flux = new Map(view.flux.map((one) => [keyOf(one), one]));
    this.workloads = new Map(view.workloads.map((one) => [keyOf(one), one]));
    this.still = view.still ?? view.quiet;
  }

  all(): Map<string, Outcome> {
    const wanted = this.view.flux.filter((one) => isReconciliation(one) || isSource(one));
    return new Map(wanted.map((one) => [keyOf(one), this.outcome(one)]));
  }

  outcome(object: KubeObject): Outcome {
    const key = keyOf(object);
    const known = this.#known.get(key);
    if (known) return known;
    this.#open.add(key);
    const found = this.#judge(object);
    this.#open.delete(key);
    this.#known.set(key, found);
    return found;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  #judge(object: KubeObject): Outcome {
    if (object.metadata.deletionTimestamp) return pending(`${labelOf(object)} is being deleted`);
    const assumption = object.metadata.annotations?.[ASSUMED];
    if (assumption !== undefined) return this.#assumed(object, assumption);
    if ((object.spec as { suspend?: boolean } | undefined)?.suspend) return { state: "suspended" };
    if (isSource(object)) return sourceOutcome(this, object);
    if (at(object, "spec", "kubeConfig") !== undefined) return gap("OtherCluster", OTHER_CLUSTER);
    return object.kind === "Kustomization" ? kustomizationOutcome(this, object) : releaseOutcome(this, object);
  }

  #assumed(object: KubeObject, assumption: string): Outcome {
    const source = isSource(object) ? undefined : readBy(this, object);
    if (assumption !== assumptionOf(object, source))
      return { state: "pending", for: `${labelOf(object)} is reconciled again`, outdated: true };
    if (isSource(object)) return { state: "assumed", message: assumedMessage(object) };
    const message = conditionOf(object, "Ready")?.message ?? "";
    return { state: "assumed", message: isRemoteBaseOutOfReach(message) ? message : needOf(object) };
  }
}

/** What a Kustomization or release needs and that cannot be reached from here. */
function needOf(object: KubeObject): string {
  if (at(object, "spec", "kubeConfig") !== undefined) return OTHER_CLUSTER;
  const [, kind, namespace, name] = sourceKeyOf(object)?.split("/") ?? [];
  return `it needs ${kind} ${namespace}/${name}`;
}

/** Message for a Kustomization or release with `spec.kubeConfig`. */
const OTHER_CLUSTER = "it applies to another cluster";

function assumedMessage(source: KubeObject): string {
  return conditionOf(source, "Ready")?.message ?? "it does not answer";
}
