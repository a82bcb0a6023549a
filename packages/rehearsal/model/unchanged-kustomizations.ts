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
  /** Commits that sources are given of it. */
  readonly base: string;
  readonly head: string;
  /** Paths of the files that are not the same. */
  readonly changed: readonly string[];
  readonly tree: ReadableTree;
}

/** A Kustomization that a merge does not touch. */
export interface UnchangedKustomization {
  readonly object: KubeObject;
  readonly source: KubeObject;
  /** Revision that it has applied. */
  readonly from: string;
  /** Revision of which it would apply the same. */
  readonly to: string;
}

/** What decides what a Kustomization comes to, beside its folder. @see https://fluxcd.io/flux/components/kustomize/kustomizations/ */
const inputs = ["decryption", "healthCheckExprs", "healthChecks", "kubeConfig"];

/** Kinds whose objects can change without a word to those of others. What others list as theirs is not among them. */
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

/** Kinds whose new objects can do nothing to those that are there: rights, for one, are only ever more of them. */
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
 * Kustomizations whose files are the same on both sides, and that have nothing else to read: at the head they would apply what they
 * have applied. Whether what the merge does elsewhere reaches them is another question: {@link reaches}.
 *
 * @param flux objects of Flux's kinds, as they are now
 * @param before everything at the base
 * @param changeOf how the tree of a source changes; undefined where it stays
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
  /** Whether it stays as it is, since its files do or since its source does. */
  const stays = (key: string): boolean => {
    const object = objects.get(key);
    const source = object && sourceOf(object);
    if (!object || !source) return false;
    return changeAt(source) === undefined ? isReady(object) : judge(object) !== undefined;
  };
  const judge = (object: KubeObject): UnchangedKustomization | undefined => {
    const key = keyOf(object);
    if (known.has(key)) return known.get(key);
    // A circle is none.
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

/** Whether anything that differs could make untouched Kustomizations come to something else: if it is not clear that it does not, it does. */
export function reaches(before: Snapshot, after: Snapshot, unchanged: readonly UnchangedKustomization[]): boolean {
  const old = byKey(withoutNoise(before));
  const young = byKey(withoutNoise(after));
  const ownedKeys = new Set(unchanged.flatMap(({ object }) => inventoryOf(object)));
  // No operator runs here: the API server only stores what definitions define.
  const stored = new Set(before.flatMap((one) => kindDefined(one) ?? []));
  const isNew = (namespace: string | undefined) =>
    namespace !== undefined && !old.has(`/Namespace//${namespace}`) && young.has(`/Namespace//${namespace}`);
  return [...new Set([...old.keys(), ...young.keys()])].some((key) => {
    const [was, is] = [old.get(key), young.get(key)];
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
 * Kustomizations that have to apply after those that looked once more: they list an object of one of these and come after it. The last
 * one has the object.
 */
export function sharersOf(snapshot: Snapshot, looked: readonly KubeObject[]): KubeObject[] {
  const again = new Set(looked.map(keyOf));
  const taken = new Set<string>();
  return dependencyOrder(snapshot.filter(isKustomization)).filter((one) => {
    const keys = inventoryOf(one);
    const shares = keys.some((key) => taken.has(key));
    if (shares || again.has(keyOf(one))) for (const key of keys) taken.add(key);
    return shares;
  });
}

/** Whether the cluster's own admission policies are others than they were. */
export function hasOtherPolicies(before: Snapshot, after: Snapshot): boolean {
  return hasDifferent(before, after, ({ kind }) => /AdmissionPolicy(Binding)?$/.test(kind));
}

/**
 * Whether the API server may reject at the head what it accepted while the merge was being applied: quotas, rights, definitions or
 * namespaces differ. A Kustomization that looked before they did would fail at its next look.
 */
export function hasOtherLimits(before: Snapshot, after: Snapshot): boolean {
  return hasDifferent(before, after, mayLimit);
}

function hasDifferent(
  before: Snapshot,
  after: Snapshot,
  counts: (object: KubeObject, isNew: boolean) => boolean,
): boolean {
  const [old, young] = [before, after].map((snapshot) =>
    byKey(withoutNoise(snapshot.filter((one) => counts(one, false)))),
  ) as [Map<string, KubeObject>, Map<string, KubeObject>];
  return [...new Set([...old.keys(), ...young.keys()])].some((key) => {
    const [was, is] = [old.get(key), young.get(key)];
    if (was && is) return !isAsBefore(was, is);
    return was !== undefined || (is !== undefined && counts(is, true));
  });
}

/** Whether it is a policy that decides by more than the object and its namespace: by parameters, or by the rights of who asks. */
function dependsOnContext(object: KubeObject): boolean {
  return /AdmissionPolicy$/.test(object.kind) && /"paramKind"|\bauthorizer\b/.test(JSON.stringify(object.spec ?? {}));
}

/** Keys that more than one Kustomization lists as its own: whoever comes last has them. */
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

/** Fields by which more than a tree's files decides what a source makes of a commit, or whether it makes anything. */
const sourceInputs = ["include", "sparseCheckout", "verify"];

function hasOtherSourceInputs(source: KubeObject): boolean {
  return sourceInputs.some((field) => at(source, "spec", field) !== undefined);
}

/** Whether more than its own folder and objects decides what a Kustomization comes to. */
function hasOtherInputs(object: KubeObject): boolean {
  const spec = (object.spec ?? {}) as Readonly<Record<string, unknown>>;
  const expressions = listAt(spec, "dependsOn").some((one) => textAt(one, "readyExpr") !== undefined);
  // What it waits for waits for others.
  const waits = spec.wait === true && inventoryOf(object).some((key) => /^[^/]*\.toolkit\.fluxcd\.io\//.test(key));
  return (
    inputs.some((field) => spec[field] !== undefined) ||
    listAt(spec, "postBuild", "substituteFrom").length > 0 ||
    expressions ||
    waits
  );
}

/** Whether nothing differs that the build of a Kustomization reads: its folder, its components, and what these name elsewhere. */
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

/** The object without what changes by looking at it. */
function withoutTraces({ status: _status, metadata, ...rest }: KubeObject): unknown {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...unchanged } = metadata;
  const {
    "reconcile.fluxcd.io/requestedAt": _asked,
    "reconcile.fluxcd.io/resetAt": _reset,
    ...annotations
  } = metadata.annotations ?? {};
  return { ...rest, metadata: { ...unchanged, annotations } };
}
