import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import type { NotEvaluated, ObjectChange } from "@timonier/report/model";
import { at, groupOf, type KubeObject, labelOf, listAt, refOf, type Snapshot, textAt } from "./kube-objects.js";
import { ownerOf } from "./owners.js";
import { pluralOf } from "./stubs.js";

/** A policy of an engine that does not run here. */
interface EnginePolicy {
  readonly engine: string;
  /** Whether it can reject or change objects; otherwise it only reports. */
  readonly enforces: boolean;
  readonly matches: (object: ObjectRef) => boolean;
}

/** How many objects a line names. */
const NAMED = 5;

/**
 * Policies of engines that do not run here, each with the objects of the merge that it would
 * evaluate. A policy that the merge writes may evaluate every object when that is applied next.
 */
export function notEvaluatedByEngines(after: Snapshot, changes: readonly ObjectChange[]): NotEvaluated[] {
  const written = changes.filter(
    ({ action }) => action === "created" || action === "updated" || action === "recreated",
  );
  const names = new Set(written.map(({ ref }) => refName(ref)));
  const there = after.filter((one) => ownerOf(one) !== undefined).map(refOf);
  return after.flatMap((one): NotEvaluated[] => {
    const policy = policyOf(one);
    if (policy === undefined) return [];
    const subject = labelOf(one);
    const isNew = names.has(subject);
    const objects = isNew ? there : written.map(({ ref }) => ref);
    const judged = objects.filter((object) => policy.matches(object)).map(refName);
    const reason = `${policy.engine} does not run here`;
    if (!policy.enforces) return [{ subject, reason: `${reason}: this policy only reports` }];
    if (judged.length === 0) return [{ subject, reason: `${reason}: this policy matches no changed object` }];
    const whose = isNew ? "this policy applies to existing objects" : "this policy matches changed objects";
    return [{ subject, reason: `${reason}: ${whose}: ${listed(judged)}`, affected: true }];
  });
}

function listed(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return `${names.slice(0, NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function policyOf(object: KubeObject): EnginePolicy | undefined {
  const group = groupOf(object.apiVersion);
  if (group === "kyverno.io" && /^(Cluster)?Policy$/.test(object.kind)) return kyverno(object);
  if (group === "policies.kyverno.io" && /(Validating|Mutating|ImageValidating)Policy$/.test(object.kind))
    return kyvernoOfCel(object);
  return group === "constraints.gatekeeper.sh" ? gatekeeper(object) : undefined;
}

/** @see https://kyverno.io/docs/policy-types/cluster-policy/match-exclude/ */
function kyverno(policy: KubeObject): EnginePolicy {
  const rules = listAt(policy, "spec", "rules").filter((rule) => at(rule, "generate") === undefined);
  const actions = [
    textAt(policy, "spec", "validationFailureAction"),
    ...listAt(policy, "spec", "validationFailureActionOverrides").map((one) => textAt(one, "action")),
    ...rules.map((rule) => textAt(rule, "validate", "failureAction")),
  ];
  const enforces = actions.some((one) => one?.toLowerCase() === "enforce");
  const changesThem = rules.some((rule) => at(rule, "mutate") !== undefined || at(rule, "verifyImages") !== undefined);
  const filters = rules.flatMap((rule) => [
    at(rule, "match", "resources"),
    ...["any", "all"].flatMap((how) => listAt(rule, "match", how).map((one) => at(one, "resources"))),
  ]);
  const autogen = policy.metadata.annotations?.["pod-policies.kyverno.io/autogen-controllers"] !== "none";
  const own = policy.kind === "Policy" ? policy.metadata.namespace : undefined;
  return {
    engine: "Kyverno",
    enforces: enforces || changesThem,
    matches: (object) =>
      (own === undefined || object.namespace === own) &&
      filters.some((filter) => filter !== undefined && matchesFilter(filter, object, autogen)),
  };
}

/** Kinds for which Kyverno derives rules from rules about pods. */
const controllers = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicaSet"]);

function matchesFilter(filter: unknown, { apiVersion, kind, namespace, name }: ObjectRef, autogen: boolean): boolean {
  const texts = (field: string) => listAt(filter, field).filter((one) => typeof one === "string");
  const any = (patterns: readonly string[], value: string) =>
    patterns.length === 0 || patterns.some((pattern) => wildcard(pattern, value));
  const kinds = texts("kinds").flatMap((one) => kindIn(one) ?? []);
  const isKind = kinds.some(
    (one) =>
      (wildcard(one.kind, kind) || (autogen && one.kind === "Pod" && controllers.has(kind))) &&
      (one.group === undefined || one.kind === "Pod" || wildcard(one.group, groupOf(apiVersion))),
  );
  const own = textAt(filter, "name");
  return (
    isKind &&
    any([...texts("names"), ...(own === undefined ? [] : [own])], name) &&
    any(texts("namespaces"), namespace ?? "")
  );
}

/** `apps/v1/Deployment`, `v1/Pod`, `Deployment`, `*`; undefined for a subresource, such as `Pod/exec`. */
function kindIn(text: string): { readonly group?: string; readonly kind: string } | undefined {
  const parts = text.split("/");
  const at = parts.findIndex((part) => /^[A-Z*]/.test(part) && !/^\*$/.test(part));
  const index = at === -1 ? parts.length - 1 : at;
  if (index < parts.length - 1) return undefined;
  const kind = parts[index] ?? "";
  if (index === 0) return { kind };
  return { kind, group: index === 1 ? "*" : (parts[0] ?? "") };
}

/** @see https://kyverno.io/docs/policy-types/validating-policy/ */
function kyvernoOfCel(policy: KubeObject): EnginePolicy {
  const actions = listAt(policy, "spec", "validationActions");
  const validates = /ValidatingPolicy$/.test(policy.kind);
  const rules = listAt(policy, "spec", "matchConstraints", "resourceRules");
  return {
    engine: "Kyverno",
    enforces: !validates || actions.length === 0 || actions.includes("Deny"),
    matches: ({ apiVersion, kind }) =>
      rules.some(
        (rule) =>
          isAmong(listAt(rule, "apiGroups"), groupOf(apiVersion)) &&
          (isAmong(listAt(rule, "resources"), pluralOf(kind)) ||
            (listAt(rule, "resources").includes("pods") && controllers.has(kind))),
      ),
  };
}

/** @see https://open-policy-agent.github.io/gatekeeper/website/docs/howto/#the-match-field */
function gatekeeper(constraint: KubeObject): EnginePolicy {
  const action = textAt(constraint, "spec", "enforcementAction") ?? "deny";
  const match = at(constraint, "spec", "match");
  const kinds = listAt(match, "kinds");
  const spaces = listAt(match, "namespaces").filter((one) => typeof one === "string");
  const excluded = listAt(match, "excludedNamespaces").filter((one) => typeof one === "string");
  return {
    engine: "Gatekeeper",
    enforces: action !== "dryrun" && action !== "warn",
    matches: ({ apiVersion, kind, namespace = "" }) =>
      (kinds.length === 0 ||
        kinds.some(
          (one) => isAmong(listAt(one, "apiGroups"), groupOf(apiVersion)) && isAmong(listAt(one, "kinds"), kind),
        ) ||
        // Pods are evaluated when their controllers create them.
        (controllers.has(kind) && kinds.some((one) => listAt(one, "kinds").includes("Pod")))) &&
      (spaces.length === 0 || spaces.some((one) => wildcard(one, namespace))) &&
      !excluded.some((one) => wildcard(one, namespace)),
  };
}

function isAmong(wanted: readonly unknown[], value: string): boolean {
  return wanted.length === 0 || wanted.some((one) => one === "*" || one === value);
}

/** `*` stands for any text, `?` for one character. */
function wildcard(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`).test(value);
}
