import { refName } from "@timonier/kit/kube-discovery";
import type { NotEvaluated, ObjectChange } from "@timonier/report/model";
import { isReconciliation } from "./flux-objects.js";
import { at, groupOf, type KubeObject, labelOf, listAt, type Snapshot, textAt } from "./kube-objects.js";
import { mayLimit } from "./limits.js";
import { ADMISSION, kindsTakenAsWritten, type NotEvaluatedParts } from "./not-evaluated.js";
import { pluralOf } from "./stubs.js";

/** What decides which gaps the merge can affect. */
export interface Effects {
  /** All changes of the merge. */
  readonly changes: readonly ObjectChange[];
  /** Objects of the cluster at the head. */
  readonly after: Snapshot;
  /** Names of reconciliations that read a changed file. */
  readonly readingChanges: ReadonlySet<string>;
}

/**
 * The entries that were not evaluated, each with whether the merge changes it or can affect it.
 *
 * Kinds that no tree defines are listed by kind: an object that the merge writes is affected,
 * because the real definition may reject it.
 */
export function withEffects(found: NotEvaluatedParts, effects: Effects): NotEvaluated[] {
  const changed = new Set(effects.changes.map(({ ref }) => refName(ref)));
  const objects = new Map(effects.after.filter(isReconciliation).map((one) => [labelOf(one), one]));
  const rules = effects.changes.some(({ ref, action }) => mayLimit(ref, action === "created"));
  const isReached = (name: string): boolean => {
    if (!found.unapplied.has(name)) return false;
    const object = objects.get(name);
    const inputs = object ? inputsOf(object) : [];
    return rules || effects.readingChanges.has(name) || [name, ...inputs].some((one) => changed.has(one));
  };
  return [
    ...found.reconciliations.map((gap) => (isReached(gap.subject) ? affected(gap) : gap)),
    ...found.others.map((gap) => (judgesChange(gap, effects) || changesHealth(gap, effects) ? affected(gap) : gap)),
    ...takenAsWritten(effects),
  ];
}

function affected(gap: NotEvaluated): NotEvaluated {
  return { ...gap, affected: true };
}

/** Names of the objects that a Kustomization or a release reads in addition to its source. */
function inputsOf(object: KubeObject): string[] {
  const { namespace } = object.metadata;
  const named = (ref: unknown, kind = textAt(ref, "kind")) =>
    `${kind} ${textAt(ref, "namespace") ?? namespace}/${textAt(ref, "name")}`;
  const references = [
    at(object, "spec", "sourceRef"),
    at(object, "spec", "chartRef"),
    at(object, "spec", "chart", "spec", "sourceRef"),
    ...listAt(object, "spec", "valuesFrom"),
    ...listAt(object, "spec", "postBuild", "substituteFrom"),
  ];
  const account = textAt(object, "spec", "serviceAccountName");
  return [
    ...references.filter((one) => one !== undefined).map((one) => named(one)),
    ...(account ? [`ServiceAccount ${namespace}/${account}`] : []),
  ];
}

/** Whether a gap is a webhook that the API server would call for an object that the merge writes. */
function judgesChange({ subject }: NotEvaluated, { changes, after }: Effects): boolean {
  const webhooks = after.find((one) => groupOf(one.apiVersion) === ADMISSION && labelOf(one) === subject);
  if (!webhooks || !/WebhookConfiguration$/.test(webhooks.kind)) return false;
  const rules = listAt(webhooks, "webhooks").flatMap((one) => listAt(one, "rules"));
  return changes.some(
    ({ ref, action }) =>
      action !== "rejected" &&
      rules.some(
        (rule) =>
          matches(listAt(rule, "apiGroups"), groupOf(ref.apiVersion)) &&
          matches(listAt(rule, "resources"), pluralOf(ref.kind)),
      ),
  );
}

/** Whether a gap is a Kustomization whose health check expressions change: the rehearsal does not parse them. */
function changesHealth({ subject }: NotEvaluated, { changes }: Effects): boolean {
  return changes.some(
    ({ ref, diff }) =>
      ref.kind === "Kustomization" &&
      refName(ref) === subject &&
      /^[-+]\s*(- )?(healthCheckExprs|current|failed|inProgress):/m.test(diff),
  );
}

function matches(wanted: readonly unknown[], value: string): boolean {
  return wanted.some((one) => one === "*" || one === "*/*" || one === value);
}

/** One entry for each kind, and another one for the objects of it that the merge writes. */
function takenAsWritten({ changes, after }: Effects): NotEvaluated[] {
  const kinds = kindsTakenAsWritten(after);
  if (kinds.size === 0) return [];
  const keyOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => `${groupOf(apiVersion)}/${kind}`;
  const written = changes.filter(
    ({ ref, action }) => kinds.has(keyOf(ref)) && (action === "created" || action === "updated"),
  );
  const names = new Set(written.map(({ ref }) => refName(ref)));
  return [...kinds].sort().flatMap((key): NotEvaluated[] => {
    const [group, kind = ""] = key.split("/");
    const reason = `no definition of ${kind} (${group}) is in the trees: its objects are not validated`;
    const option = `--assume FILE with the CustomResourceDefinition of ${kind}`;
    const own = written.filter(({ ref }) => keyOf(ref) === key);
    const rest = after.filter((one) => keyOf(one) === key && !names.has(labelOf(one)));
    return [
      ...own.map(({ ref }) => ({ subject: refName(ref), reason, affected: true as const, option })),
      ...(rest.length > 0
        ? [{ subject: `${rest.length} ${kind} that the merge does not change`, reason, option }]
        : []),
    ];
  });
}
