import { setTimeout as sleep } from "node:timers/promises";
import { KubeApi } from "@timonier/kit/kube-api";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import { UserError } from "@timonier/kit/user-error";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { AWAITED, distinct, inventory, packRefs, unpackRefs } from "./inventory.js";
import { condition, type KubeObject, type OwnerAnnotation, pulumiManager } from "./kube-object.js";
import { ObjectRemoval, type RemovalOptions } from "./object-removal.js";

const KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/v1";
const HELM_RELEASE = "helm.toolkit.fluxcd.io/v2";
const root: ObjectRef = { apiVersion: KUSTOMIZATION, kind: "Kustomization", namespace: fluxSystem, name: fluxSystem };
const source: ObjectRef = { ...root, apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" };

/** Prefix of the labels that kustomize-controller sets on objects that it applies. */
const LABEL = "kustomize.toolkit.fluxcd.io";

/** Kinds whose deletion needs the Flux controllers. */
const LABELLED_KINDS = [
  [KUSTOMIZATION, "Kustomization"],
  [HELM_RELEASE, "HelmRelease"],
  ...["GitRepository", "OCIRepository", "HelmRepository", "Bucket"].map(
    (kind) => ["source.toolkit.fluxcd.io/v1", kind] as const,
  ),
] as const;

/** Longest wait for a running reconciliation, in milliseconds. */
const RECONCILIATION_TIMEOUT = 60_000;

/** Kinds that are not deleted, because their deletion would delete objects of other owners in them. */
const NOT_DELETED = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * Deletes what a stack's Flux manages while the controllers run: first the Kustomizations and
 * HelmReleases, which prune what they applied, then the other objects, at last the root
 * Kustomization. The root is suspended, because its inventory contains Flux itself.
 *
 * An annotation of the root Kustomization lists the objects that are still being deleted, so that a
 * later drain continues an interrupted one.
 *
 * Does nothing where the root Kustomization has neither the owner annotation nor Pulumi as manager,
 * because it does not belong to the stack.
 *
 * @throws UserError when this Flux also manages objects of other owners, or naming objects that are
 *   not deleted and their finalizers
 */
export async function drain(kubeconfig: string, owner: OwnerAnnotation, options: RemovalOptions): Promise<void> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Drain(api, options);
    const found = await cluster.find(root);
    if (!found || !isOwned(found, owner)) return;
    const pending = unpackRefs(found.metadata.annotations?.[AWAITED]);
    const before = await cluster.appliedBy(found);
    const inner = await cluster.contentsOf(before.filter(isApplier));
    await cluster.rejectShared([...before, ...inner, ...pending], owner);
    await cluster.suspend(root, pending);
    // The inventory is complete only after the running reconciliation has ended.
    const top = (await cluster.reconciled(root)) ?? found;
    const applied = await cluster.appliedBy(top);
    const appliers = applied.filter(isApplier);
    const managed = distinct([...pending, ...appliers, ...(await cluster.contentsOf(appliers))]);
    const awaited = managed.filter(({ kind }) => !NOT_DELETED.has(kind));
    await cluster.recordAwaited(root, awaited);
    await cluster.remove(appliers);
    await cluster.waitUntilGone(awaited);
    const rest = await cluster.withoutFlux(applied.filter((one) => !isApplier(one) && !NOT_DELETED.has(one.kind)));
    await cluster.remove(rest);
    await cluster.waitUntilGone(rest);
    await cluster.remove([root, source]);
    await cluster.waitUntilGone([root, source]);
  } finally {
    api.close();
  }
}

/**
 * Resumes Flux after an interrupted drain, for a stack that is not deleted after all. A root
 * Kustomization that a user suspended stays suspended.
 *
 * @returns whether there was a drain to undo
 */
export async function resume(kubeconfig: string, owner: OwnerAnnotation): Promise<boolean> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Drain(api, { timeout: 0, progress: () => {} });
    const found = await cluster.find(root);
    if (found?.metadata.annotations?.[AWAITED] === undefined || !isOwned(found, owner)) return false;
    await cluster.resume(root);
    return true;
  } finally {
    api.close();
  }
}

/** Operations of a drain on one cluster. */
class Drain extends ObjectRemoval {
  /**
   * Throws when this Flux manages objects of other owners: without Flux nothing could reconcile or
   * delete them.
   */
  async rejectShared(own: readonly ObjectRef[], { annotation, value }: OwnerAnnotation): Promise<void> {
    const definition = await this.api.find<KubeObject>(
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kustomizations.kustomize.toolkit.fluxcd.io",
    );
    if (definition?.metadata.annotations?.[annotation] !== value) return;
    const known = new Set([root, ...own].map(refName));
    const lists = await Promise.all(
      [
        [KUSTOMIZATION, "Kustomization", "kustomizations"],
        [HELM_RELEASE, "HelmRelease", "helmreleases"],
      ].map(async ([apiVersion = "", kind = "", plural]) => {
        const found = await this.api.find<{ items: KubeObject[] }>(`/apis/${apiVersion}/${plural}`);
        return (found?.items ?? []).map(({ metadata: { namespace, name } }) => ({ apiVersion, kind, namespace, name }));
      }),
    );
    const others = lists
      .flat()
      .map(refName)
      .filter((name) => !known.has(name));
    if (others.length === 0) return;
    throw new UserError(
      "the Flux of this stack also manages objects of other owners",
      others.join(", "),
      "delete these objects first, or let another Flux manage them",
      { code: "TIM-503" },
    );
  }

  /**
   * Objects that a Kustomization applied: those in its inventory, and Flux objects with its labels,
   * because an interrupted controller may not have written them into the inventory.
   *
   * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#labels-and-annotations
   */
  async appliedBy(object: KubeObject): Promise<ObjectRef[]> {
    const { name, namespace } = object.metadata;
    const labels = `${LABEL}/name=${name},${LABEL}/namespace=${namespace}`;
    const lists = await Promise.all(
      LABELLED_KINDS.map(async ([apiVersion, kind]): Promise<ObjectRef[]> => {
        const served = await this.discovery.kind(apiVersion, kind);
        if (!served) return [];
        const query = { labelSelector: labels };
        const { items } = await this.api.call<{ items: KubeObject[] }>({
          ...{ path: `/apis/${apiVersion}/${served.name}`, query },
        });
        return items.map(({ metadata }) => ({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace }));
      }),
    );
    const own = new Set([root, source].map(refName));
    const withLabels = lists.flat().filter((one) => !own.has(refName(one)));
    return distinct([...inventory(object), ...withLabels]);
  }

  /**
   * Objects that Kustomizations applied, including those that the applied Kustomizations applied,
   * and so on.
   */
  async contentsOf(appliers: readonly ObjectRef[]): Promise<ObjectRef[]> {
    const seen = new Map<string, ObjectRef>();
    for (let next = appliers; next.length > 0; ) {
      const objects = (await Promise.all(next.map((one) => this.find(one)))).filter((one) => one !== undefined);
      const found = (await Promise.all(objects.map((one) => this.appliedBy(one)))).flat();
      const fresh = distinct(found).filter((one) => !seen.has(refName(one)));
      for (const one of fresh) seen.set(refName(one), one);
      next = fresh.filter(isApplier);
    }
    return [...seen.values()];
  }

  /** Suspends a Kustomization; the annotation shows that a drain did it. */
  async suspend(ref: ObjectRef, awaited: readonly ObjectRef[]): Promise<void> {
    await this.patch(ref, { spec: { suspend: true }, ...awaitedPatch(packRefs(awaited)) });
  }

  /** Undoes {@link suspend}. */
  async resume(ref: ObjectRef): Promise<void> {
    await this.patch(ref, { spec: { suspend: null }, ...awaitedPatch(null) });
  }

  /** Writes the objects that are being deleted into the annotation. */
  async recordAwaited(ref: ObjectRef, awaited: readonly ObjectRef[]): Promise<void> {
    await this.patch(ref, awaitedPatch(packRefs(awaited)));
  }

  /**
   * Waits until the running reconciliation of a Kustomization has ended, at most for a while,
   * because a controller that ended never writes a result.
   */
  async reconciled(ref: ObjectRef): Promise<KubeObject | undefined> {
    for (const end = Date.now() + Math.min(RECONCILIATION_TIMEOUT, this.timeout); ; await sleep(500)) {
      const there = await this.find(ref);
      if (!there || !isReconciling(there) || Date.now() >= end) return there;
    }
  }

  private async patch(ref: ObjectRef, body: object): Promise<void> {
    const path = await this.discovery.path(ref);
    if (path) await this.api.call({ method: "PATCH", path, body });
  }

  /** Leaves out Flux's components, which are deleted by the program that installed them. */
  async withoutFlux(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    const withoutComponents = await Promise.all(
      refs.map(async (ref) => {
        if ([root, source].some((own) => refName(own) === refName(ref))) return [];
        const there = await this.find(ref);
        return there && there.metadata.labels?.["app.kubernetes.io/part-of"] !== "flux" ? [ref] : [];
      }),
    );
    return withoutComponents.flat();
  }
}

/** Part of a merge patch with the annotation; `null` deletes it. */
function awaitedPatch(awaited: string | null): object {
  return { metadata: { annotations: { [AWAITED]: awaited } } };
}

/**
 * Without the annotation, which a user may have deleted, the manager decides, so that Flux is not
 * deleted before its objects.
 */
function isOwned(top: KubeObject, { annotation, value }: OwnerAnnotation): boolean {
  const found = top.metadata.annotations?.[annotation];
  return found === undefined ? pulumiManager(top) !== undefined : found === value;
}

/** Whether its controller has begun a reconciliation and not written the result. */
function isReconciling(object: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length === 0) return false;
  const ready = condition(object, "Ready")?.status ?? "Unknown";
  return ready === "Unknown" || condition(object, "Reconciling")?.status === "True";
}

function isApplier({ apiVersion, kind, name, namespace }: ObjectRef): boolean {
  const isRoot = kind === root.kind && name === root.name && namespace === root.namespace;
  return !isRoot && (apiVersion === KUSTOMIZATION || apiVersion.startsWith("helm.toolkit.fluxcd.io/"));
}
