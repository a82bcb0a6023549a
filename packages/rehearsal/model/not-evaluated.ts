import { refName } from "@timonier/kit/kube-discovery";
import type { NotEvaluated, Reconciliation } from "@timonier/report/model";
import { isReconciliation, isSource, sourceOf } from "./flux-objects.js";
import { kindsOfExpressions } from "./health-expressions.js";
import { at, groupOf, labelOf, type Snapshot } from "./kube-objects.js";
import { sourceOption } from "./provided.js";
import { type OutOfReach, outOfReach } from "./reconciliations.js";
import { ORIGINAL } from "./restore.js";
import type { RevisionState } from "./revision-state.js";
import { isStub } from "./stubs.js";

/** What was not evaluated, and why, by kind of subject. */
export interface NotEvaluatedParts {
  /** Names of reconciliations without a prediction: `Kustomization default/apps`. */
  readonly unknown: ReadonlySet<string>;
  /** Those of them whose objects were not applied, so that their files were not evaluated. */
  readonly unapplied: ReadonlySet<string>;
  /** Reconciliations, with the reasons. */
  readonly reconciliations: readonly NotEvaluated[];
  /** Sources, webhooks and kinds without a definition. */
  readonly others: readonly NotEvaluated[];
}

/**
 * Everything that was not evaluated: sources out of reach, objects that depend on them, webhooks,
 * kinds without a definition.
 */
export function notEvaluatedParts(after: RevisionState, order: readonly Reconciliation[]): NotEvaluatedParts {
  const gaps = outOfReach(after);
  const unknown = new Map<string, string>();
  const applied = new Set<string>();
  for (const { object, message } of gaps.filter((one) => isReconciliation(one.object))) {
    unknown.set(labelOf(object), message);
  }
  for (const one of order.filter(isUnreadyAtBaseAndHead)) {
    const name = refName(one.ref);
    if (unknown.has(name)) continue;
    unknown.set(name, `it does not become Ready at the base either: ${one.message ?? "no reason given"}`);
    // Its objects were applied before the health check, so their changes were evaluated.
    if (one.reason === "HealthCheckFailed") applied.add(name);
  }
  return {
    unknown: new Set(unknown.keys()),
    unapplied: new Set([...unknown.keys()].filter((name) => !applied.has(name))),
    reconciliations: [...unknown].map(([subject, reason]) => ({ subject, reason })),
    others: [
      ...unreachedSources(gaps, after.snapshot),
      ...fromSnapshot(after.snapshot),
      ...(after.unlisted ?? []).map(({ apiVersion, kind, message }) => ({
        subject: kind === undefined ? `API ${apiVersion}` : `${kind} of ${apiVersion}`,
        reason: `its objects cannot be listed: ${message}`,
      })),
    ],
  };
}

/** Any status but True counts: a reconciliation that was pending at the base has no state to compare with. */
function isUnreadyAtBaseAndHead({ ready, readyBefore, reason }: Reconciliation): boolean {
  const unready = (status: Reconciliation["ready"]) => status !== undefined && status !== "True";
  return reason !== "Suspended" && unready(ready) && unready(readyBefore);
}

/** Sources that could not be read. An OCI registry has no status, so its releases count for it. */
function unreachedSources(gaps: readonly OutOfReach[], snapshot: Snapshot): NotEvaluated[] {
  const found = new Map<string, NotEvaluated>();
  for (const gap of gaps) {
    if (isSource(gap.object) && gap.object.kind !== "HelmChart") found.set(labelOf(gap.object), unreachedSource(gap));
  }
  for (const { object } of gaps.filter((one) => isReconciliation(one.object))) {
    const source = sourceOf(object, snapshot);
    if (!source || found.has(labelOf(source)) || at(object, "spec", "kubeConfig") !== undefined) continue;
    // Its source was read, but its kustomize base is on another server.
    if (object.kind === "Kustomization" && at(source, "status", "artifact") !== undefined) continue;
    found.set(labelOf(source), unreachedSource({ object: source, message: `${labelOf(object)} cannot read it` }));
  }
  return [...found.values()];
}

function unreachedSource({ object: source, message }: OutOfReach): NotEvaluated {
  const option = sourceOption(source);
  return {
    subject: labelOf(source),
    reason: `it cannot be read from here: ${message}`,
    ...(option !== undefined && { option }),
  };
}

function fromSnapshot(snapshot: Snapshot): NotEvaluated[] {
  return snapshot.flatMap((object): NotEvaluated[] => {
    const { kind, apiVersion } = object;
    const subject = labelOf(object);
    if (/^(Validating|Mutating)WebhookConfiguration$/.test(kind) && groupOf(apiVersion) === ADMISSION) {
      return [{ subject, reason: "its webhooks are not called, because none runs here" }];
    }
    if (kind === "APIService" && at(object, "spec", "service"))
      return [{ subject, reason: "its API server does not run here" }];
    if (kind === "Kustomization" && object.metadata.annotations?.[ORIGINAL]) {
      return [{ subject, reason: "encrypted values are not read, only whether they change is known" }];
    }
    const kinds = kindsOfExpressions(object);
    if (kinds.length > 0) {
      return [
        {
          subject,
          reason: `its health check expressions are assumed to be true, because no operator of ${kinds.join(", ")} runs here`,
        },
      ];
    }
    return [];
  });
}

/** Group of webhook configurations. */
export const ADMISSION = "admissionregistration.k8s.io";

/** `GROUP/KIND` of the kinds that no tree defines, so that their objects are not validated. */
export function kindsTakenAsWritten(snapshot: Snapshot): ReadonlySet<string> {
  return new Set(
    snapshot.filter(isStub).map((one) => `${at(one, "spec", "group")}/${at(one, "spec", "names", "kind")}`),
  );
}
