import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { kindDefined } from "./definitions.js";
import { dependenciesOf, isReconciliation } from "./flux-objects.js";
import {
  at,
  conditionOf,
  groupKindOf,
  groupOf,
  type KubeObject,
  keyOf,
  listAt,
  numberAt,
  type Snapshot,
  textAt,
} from "./kube-objects.js";
import { fromTop, isWithin, pathsRead, type ReadableTree } from "./kustomize-reads.js";
import { mayLimit } from "./limits.js";
import { withoutNoise } from "./noise.js";
import { dependencyOrder } from "./order.js";
import { byKey, inventoryOf, isKustomization } from "./owners.js";
import { holdsFiles } from "./source-routes.js";

/** How the head of a tree differs from its base. */
export interface TreeChange {
  /** Commits of the tree that sources read. */
  readonly base: string;
  readonly head: string;
  /** Paths of the changed files. */
  readonly changed: readonly string[];
  readonly tree: ReadableTree;
}

/** A Kustomization that the merge cannot affect. */
export interface UnchangedKustomization {
  readonly object: KubeObject;
  readonly source: KubeObject;
  /** Applied revision. */
  readonly from: string;
  /** Revision of the head, from which it would apply the same. */
  readonly to: string;
}

/**
 * Fields of a Kustomization that add inputs to its folder.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
const inputs = ["decryption", "healthCheckExprs", "healthChecks", "kubeConfig"];

/** Kinds whose objects do not affect objects of other Kustomizations. */
const inert = new Set([
  "/ConfigMap",
  "/PersistentVolumeClaim",
  "/Secret",
  "/Service",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/CronJob",
  "batch/Job",
  "helm.toolkit.fluxcd.io/HelmRelease",
  "networking.k8s.io/Ingress",
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
  "source.toolkit.fluxcd.io/HelmRepository",
]);

/** Kinds whose new objects do not affect existing objects: new rights, for example, are only added. */
const inertWhenNew = new Set([
  "/Namespace",
  "/ServiceAccount",
  "kustomize.toolkit.fluxcd.io/Kustomization",
  "rbac.authorization.k8s.io/ClusterRole",
  "rbac.authorization.k8s.io/ClusterRoleBinding",
  "rbac.authorization.k8s.io/Role",
  "rbac.authorization.k8s.io/RoleBinding",
]);

/**
 * Kustomizations whose files are the same at base and head and that have no other input: at the
 * head they would apply the same objects. {@link reaches} says whether other changes of the merge
 * affect them.
 *
 * @param flux present objects of Flux's kinds
 * @param before all objects at the base
 * @param changeOf how the tree of a source changes; undefined when it does not change
 */
export function unchangedKustomizations(
  flux: Snapshot,
  before: Snapshot,
  changeOf: (source: KubeObject) => TreeChange | undefined,
): UnchangedKustomization[] {
  if (withoutNoise(before).some(dependsOnContext)) return [];
  const shared = sharedKeys(flux);
  const objects = byKey(flux);
  const known = new Map<string, UnchangedKustomization | undefined>();

  const changeAt = (source: KubeObject) => (at(source, "spec", "suspend") === true ? undefined : changeOf(source));
  const sourceOf = ({ spec, metadata }: KubeObject) => {
    const [kind, name] = [textAt(spec, "sourceRef", "kind"), textAt(spec, "sourceRef", "name")];
    return objects.get(
      `source.toolkit.fluxcd.io/${kind}/${textAt(spec, "sourceRef", "namespace") ?? metadata.namespace}/${name}`,
    );
  };
  /** Whether a dependency is unchanged, because its source or its files are. */
  const stays = (key: string): boolean => {
    const object = objects.get(key);
    const source = object && sourceOf(object);
    if (!object || !source) return false;
    return changeAt(source) === undefined ? isReady(object) : judge(object) !== undefined;
  };
  const judge = (object: KubeObject): UnchangedKustomization | undefined => {
    const key = keyOf(object);
    if (known.has(key)) return known.get(key);
    // A Kustomization in a dependency cycle does not count as unchanged.
    known.set(key, undefined);
    const source = sourceOf(object);
    const change = source && changeAt(source);
    const from = textAt(source, "status", "artifact", "revision");
    const found =
      source !== undefined &&
      change !== undefined &&
      from?.endsWith(change.base) &&
      hasApplied(object, from) &&
      !hasOtherSourceInputs(source) &&
      !hasOtherInputs(object) &&
      readsSameFiles(object, change) &&
      !inventoryOf(object).some((one) => shared.has(one)) &&
      dependenciesOf(object).every(stays)
        ? { object, source, from, to: from.replace(change.base, change.head) }
        : undefined;
    known.set(key, found);
    return found;
  };
  return flux.filter((one) => one.kind === "Kustomization" && isReconciliation(one)).flatMap((one) => judge(one) ?? []);
}

/** Whether other changes of the merge may affect unchanged Kustomizations. Returns true when that is not certain. */
export function reaches(before: Snapshot, after: Snapshot, unchanged: readonly UnchangedKustomization[]): boolean {
  const oldObjects = byKey(withoutNoise(before));
  const newObjects = byKey(withoutNoise(after));
  const ownedKeys = new Set(unchanged.flatMap(({ object }) => inventoryOf(object)));
  // No operator runs here, so custom resources do not affect other objects.
  const stored = new Set(before.flatMap((one) => kindDefined(one) ?? []));
  const isNew = (namespace: string | undefined) =>
    namespace !== undefined &&
    !oldObjects.has(`/Namespace//${namespace}`) &&
    newObjects.has(`/Namespace//${namespace}`);
  return [...new Set([...oldObjects.keys(), ...newObjects.keys()])].some((key) => {
    const [was, is] = [oldObjects.get(key), newObjects.get(key)];
    const object = is ?? was;
    if (!object || (was && is && isAsBefore(was, is))) return false;
    if (ownedKeys.has(key)) return true;
    const kind = groupKindOf(object);
    const isFlux = groupOf(object.apiVersion).endsWith(".toolkit.fluxcd.io");
    if (inert.has(kind) || (stored.has(kind) && !isFlux) || (!was && inertWhenNew.has(kind))) return false;
    return isFlux || !isNew(object.metadata.namespace);
  });
}

/**
 * Kustomizations that have to be applied after others that were applied again, because they share
 * an object with one of them and come later in the order: the last one owns the object.
 */
export function sharersOf(snapshot: Snapshot, applied: readonly KubeObject[]): KubeObject[] {
  const again = new Set(applied.map(keyOf));
  const taken = new Set<string>();
  return dependencyOrder(snapshot.filter(isKustomization)).filter((one) => {
    const keys = inventoryOf(one);
    const shares = keys.some((key) => taken.has(key));
    if (shares || again.has(keyOf(one))) for (const key of keys) taken.add(key);
    return shares;
  });
}

/** Whether the cluster's own admission policies change. */
export function hasOtherPolicies(before: Snapshot, after: Snapshot): boolean {
  return hasDifferent(before, after, ({ kind }) => /AdmissionPolicy(Binding)?$/.test(kind));
}

/**
 * Whether quotas, rights, definitions or namespaces change, so that the API server may reject
 * objects that it accepted while the merge was being applied. A Kustomization that was applied
 * before that change would fail at its next reconciliation.
 */
export function hasOtherLimits(before: Snapshot, after: Snapshot): boolean {
  return hasDifferent(before, after, mayLimit);
}

function hasDifferent(
  before: Snapshot,
  after: Snapshot,
  counts: (object: KubeObject, isNew: boolean) => boolean,
): boolean {
  const [oldObjects, newObjects] = [before, after].map((snapshot) =>
    byKey(withoutNoise(snapshot.filter((one) => counts(one, false)))),
  ) as [Map<string, KubeObject>, Map<string, KubeObject>];
  return [...new Set([...oldObjects.keys(), ...newObjects.keys()])].some((key) => {
    const [was, is] = [oldObjects.get(key), newObjects.get(key)];
    if (was && is) return !isAsBefore(was, is);
    return was !== undefined || (is !== undefined && counts(is, true));
  });
}

/** Whether a policy depends on more than the object and its namespace: on parameters, or on the rights of the user. */
function dependsOnContext(object: KubeObject): boolean {
  return /AdmissionPolicy$/.test(object.kind) && /"paramKind"|\bauthorizer\b/.test(JSON.stringify(object.spec ?? {}));
}

/** Keys of objects in the inventories of several Kustomizations: the last one that is applied owns them. */
function sharedKeys(flux: Snapshot): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const key of flux.flatMap((one) => [...new Set(inventoryOf(one))])) (seen.has(key) ? shared : seen).add(key);
  return shared;
}

function isReady(object: KubeObject): boolean {
  const { generation, deletionTimestamp } = object.metadata;
  const ready = conditionOf(object, "Ready");
  return (
    deletionTimestamp === undefined &&
    at(object, "spec", "suspend") !== true &&
    ready?.status === "True" &&
    ready.observedGeneration === generation &&
    numberAt(object, "status", "observedGeneration") === generation
  );
}

function hasApplied(object: KubeObject, revision: string): boolean {
  const { lastAppliedRevision, lastAttemptedRevision } = (object.status ?? {}) as Record<string, unknown>;
  return isReady(object) && lastAppliedRevision === revision && lastAttemptedRevision === revision;
}

/** Fields of a source that add inputs to a commit, or that may reject it. */
const sourceInputs = ["include", "sparseCheckout", "verify"];

function hasOtherSourceInputs(source: KubeObject): boolean {
  return sourceInputs.some((field) => at(source, "spec", field) !== undefined);
}

/** Whether a Kustomization has other inputs than its folder. */
function hasOtherInputs(object: KubeObject): boolean {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  const expressions = listAt(spec, "dependsOn").some((one) => textAt(one, "readyExpr") !== undefined);
  // It waits for Flux objects, which depend on other objects.
  const waits = spec.wait === true && inventoryOf(object).some((key) => /^[^/]*\.toolkit\.fluxcd\.io\//.test(key));
  return (
    inputs.some((field) => spec[field] !== undefined) ||
    listAt(spec, "postBuild", "substituteFrom").length > 0 ||
    expressions ||
    waits
  );
}

/**
 * Whether the files of a Kustomization's build are unchanged: its folder, its components, and the
 * paths that these name.
 */
function readsSameFiles({ spec }: KubeObject, { changed, tree }: TreeChange): boolean {
  const path = textAt(spec, "path") ?? "";
  if (!holdsFiles(tree.paths, path) || changed.some((one) => /(^|\/)\.sourceignore$/.test(one))) return false;
  const components = listAt(spec, "components").filter((one) => typeof one === "string");
  const read = pathsRead([path, ...components.map((one) => posix.join(fromTop(path), one))], tree);
  return read !== undefined && ![...read].some((folder) => changed.some((one) => isWithin(one, folder)));
}

function isAsBefore(was: KubeObject, is: KubeObject): boolean {
  return was.metadata.uid === is.metadata.uid && isDeepStrictEqual(withoutTraces(was), withoutTraces(is));
}

/** The object without the fields that a reconciliation changes. */
function withoutTraces({ status: _status, metadata, ...rest }: KubeObject): unknown {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...unchanged } = metadata;
  const {
    "reconcile.fluxcd.io/requestedAt": _asked,
    "reconcile.fluxcd.io/resetAt": _reset,
    ...annotations
  } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...unchanged, annotations } };
}
