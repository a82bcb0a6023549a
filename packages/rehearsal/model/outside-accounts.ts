import type { NotEvaluated, ObjectChange } from "@timonier/report/model";
import { isReconciliation } from "./flux-objects.js";
import { groupKindOf, type KubeObject, keyOf, labelOf, listAt, type Snapshot, textAt } from "./kube-objects.js";
import { ownerOf } from "./owners.js";
import type { RevisionState } from "./revision-state.js";

const RBAC = "rbac.authorization.k8s.io";

/** Label of a binding that grants a service account all rights: `NAMESPACE.NAME`. */
const ACCOUNT = "rehearsal.timonier/account";

/** `NAMESPACE/NAME` of a service account. */
export type AccountId = string;

/**
 * Service accounts of Kustomizations and releases that lack rights at the base, and that no
 * manifest creates or grants rights to: a bootstrap outside of Git does that.
 */
export function outsideAccounts({ snapshot, outcomes }: RevisionState): AccountId[] {
  const messages = new Map(outcomes.flatMap(([key, one]) => (one.state === "stalled" ? [[key, one.message]] : [])));
  const rejected = snapshot.filter(isReconciliation).flatMap((object) => {
    const [, namespace, name] =
      /User "system:serviceaccount:([^:"]+):([^"]+)" cannot /.exec(messages.get(keyOf(object)) ?? "") ?? [];
    return namespace !== undefined && namespace === object.metadata.namespace ? [`${namespace}/${name}`] : [];
  });
  return [...new Set(rejected)].filter((id) => !isWritten(id, snapshot));
}

/** Whether a manifest creates a service account or grants it rights. */
function isWritten(id: AccountId, snapshot: Snapshot): boolean {
  return snapshot.some((one) => {
    if (groupKindOf(one) === "/ServiceAccount")
      return labelOf(one) === `ServiceAccount ${id}` && ownerOf(one) !== undefined;
    return /Binding$/.test(one.kind) && groupKindOf(one).startsWith(RBAC) && !isOurs(one) && names(one, id);
  });
}

function names(binding: KubeObject, id: AccountId): boolean {
  return listAt(binding, "subjects").some(
    (subject) =>
      textAt(subject, "kind") === "ServiceAccount" &&
      `${textAt(subject, "namespace") ?? binding.metadata.namespace}/${textAt(subject, "name")}` === id,
  );
}

/** A binding that grants a service account all rights, in place of the one outside of Git. */
export function bindingOf(id: AccountId): KubeObject {
  const [namespace = "", name = ""] = id.split("/");
  return {
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: `rehearsal.timonier-${namespace}-${name}`, labels: { [ACCOUNT]: "assumed" } },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", namespace, name }],
  };
}

function isOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[ACCOUNT] !== undefined;
}

/**
 * Service accounts whose rights are assumed. They can affect a merge that creates objects of a kind
 * or in a namespace which the account had not written at the base, or that writes the account or
 * its rights.
 */
export function assumedAccounts(before: Snapshot, after: Snapshot, changes: readonly ObjectChange[]): NotEvaluated[] {
  return before.filter(isOurs).map((binding) => {
    const [subject] = listAt(binding, "subjects");
    const id = `${textAt(subject, "namespace")}/${textAt(subject, "name")}`;
    const users = new Set(after.filter((one) => isReconciliation(one) && appliesAs(one, id)).map(labelOf));
    const known = new Set(before.filter((one) => users.has(ownerOf(one) ?? "")).map(placeOf));
    const needsMore = changes.some(
      ({ ref, action, owner }) =>
        action === "created" && users.has(owner ?? "") && !known.has(placeOf({ ...ref, metadata: ref })),
    );
    return {
      subject: `ServiceAccount ${id}`,
      reason: `it is not in Git: it is assumed to exist and to have all rights`,
      ...((needsMore || isWritten(id, after)) && { affected: true as const }),
      option: `--assume FILE with ServiceAccount ${id} and its role bindings`,
    };
  });
}

function appliesAs({ metadata, spec }: KubeObject, id: AccountId): boolean {
  return `${metadata.namespace}/${textAt(spec, "serviceAccountName") ?? "default"}` === id;
}

function placeOf(
  one: Pick<KubeObject, "apiVersion" | "kind"> & { metadata: { namespace?: string | undefined } },
): string {
  return `${groupKindOf(one)} ${one.metadata.namespace ?? ""}`;
}
