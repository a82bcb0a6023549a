import { setTimeout as sleep } from "node:timers/promises";
import { KubeApi } from "@timonier/kit/kube-api";
import { type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import { UserError } from "@timonier/kit/user-error";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { AWAITED, distinct, inventory, packRefs, unpackRefs } from "./inventory.js";
import { condition, type KubeObject, type Mark, pulumiManager } from "./kube-object.js";
import { Removal, type RemovalOptions } from "./object-removal.js";

const KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/v1";
const HELM_RELEASE = "helm.toolkit.fluxcd.io/v2";
const root: ObjectRef = { apiVersion: KUSTOMIZATION, kind: "Kustomization", namespace: fluxSystem, name: fluxSystem };
const source: ObjectRef = { ...root, apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" };

/** Labels that kustomize-controller gives to what it applies. */
const LABEL = "kustomize.toolkit.fluxcd.io";

/** Kinds that need Flux's controllers to end. */
const LABELLED = [
  [KUSTOMIZATION, "Kustomization"],
  [HELM_RELEASE, "HelmRelease"],
  ...["GitRepository", "OCIRepository", "HelmRepository", "Bucket"].map(
    (kind) => ["source.toolkit.fluxcd.io/v1", kind] as const,
  ),
] as const;

/** Milliseconds that a reconciliation is given to end. */
const SETTLING = 60_000;

/** What belongs to whoever made it, also where Git names it: deleting it would delete what others keep in it. */
const KEPT = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * Takes away what a stack's Flux drives, in the order that lets Flux do it: the kustomizations and releases first, which
 * prune what they applied while the controllers still run, then the rest, the root last and without pruning, since Flux
 * itself is in its inventory.
 *
 * What is awaited is kept on the root kustomization: a drain that was cut short, or had to give up, is gone on with.
 *
 * Does nothing where the root kustomization is neither marked nor of Pulumi's making: it is not the stack's.
 *
 * @throws UserError when others use this Flux, too, or naming what does not go and the finalizers it waits for
 */
export async function drain(kubeconfig: string, mark: Mark, options: RemovalOptions): Promise<void> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Draining(api, options);
    const found = await cluster.find(root);
    if (!found || !isOurs(found, mark)) return;
    const kept = unpackRefs(found.metadata.annotations?.[AWAITED]);
    const before = await cluster.appliedBy(found);
    const inner = await cluster.contentsOf(before.filter(isDriver));
    await cluster.refuseIfShared([...before, ...inner, ...kept], mark);
    await cluster.suspend(root, kept);
    // What it was in the middle of applying is in its inventory only when it has ended.
    const top = (await cluster.settled(root)) ?? found;
    const applied = await cluster.appliedBy(top);
    const drivers = applied.filter(isDriver);
    const driven = distinct([...kept, ...drivers, ...(await cluster.contentsOf(drivers))]);
    const awaited = driven.filter(({ kind }) => !KEPT.has(kind));
    await cluster.keep(root, awaited);
    await cluster.remove(drivers);
    await cluster.gone(awaited);
    const rest = await cluster.withoutFlux(applied.filter((one) => !isDriver(one) && !KEPT.has(one.kind)));
    await cluster.remove(rest);
    await cluster.gone(rest);
    await cluster.remove([root, source]);
    await cluster.gone([root, source]);
  } finally {
    api.close();
  }
}

/**
 * Lets Flux go on where a drain was cut short, or had to give up, and the stack is to stay after all. A root kustomization
 * that somebody else suspended is left so.
 *
 * @returns whether there was anything to resume
 */
export async function resume(kubeconfig: string, mark: Mark): Promise<boolean> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Draining(api, { timeout: 0, progress: () => {} });
    const found = await cluster.find(root);
    if (found?.metadata.annotations?.[AWAITED] === undefined || !isOurs(found, mark)) return false;
    await cluster.resume(root);
    return true;
  } finally {
    api.close();
  }
}

/** One cluster while it is drained. */
class Draining extends Removal {
  /** Others' objects would never be reconciled again, and could not even be deleted. */
  async refuseIfShared(own: readonly ObjectRef[], { annotation, value }: Mark): Promise<void> {
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
      "the Flux of this stack drives what others made, too",
      others.join(", "),
      "delete these first, or have another Flux take them over",
    );
  }

  /**
   * What a kustomization applied: its inventory, and of the kinds that Flux drives what bears its labels, since a controller that
   * was cut short has applied what it has not written down.
   *
   * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#labels-and-annotations
   */
  async appliedBy(object: KubeObject): Promise<ObjectRef[]> {
    const { name, namespace } = object.metadata;
    const labels = `${LABEL}/name=${name},${LABEL}/namespace=${namespace}`;
    const lists = await Promise.all(
      LABELLED.map(async ([apiVersion, kind]): Promise<ObjectRef[]> => {
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
    const labelled = lists.flat().filter((one) => !own.has(refName(one)));
    return distinct([...inventory(object), ...labelled]);
  }

  /** What kustomizations applied, and those among it, and so on. */
  async contentsOf(drivers: readonly ObjectRef[]): Promise<ObjectRef[]> {
    const seen = new Map<string, ObjectRef>();
    for (let next = drivers; next.length > 0; ) {
      const objects = (await Promise.all(next.map((one) => this.find(one)))).filter((one) => one !== undefined);
      const found = (await Promise.all(objects.map((one) => this.appliedBy(one)))).flat();
      const fresh = distinct(found).filter((one) => !seen.has(refName(one)));
      for (const one of fresh) seen.set(refName(one), one);
      next = fresh.filter(isDriver);
    }
    return [...seen.values()];
  }

  /** Stops a kustomization; that what is awaited is kept on it tells from then on that a drain did. */
  async suspend(ref: ObjectRef, awaited: readonly ObjectRef[]): Promise<void> {
    await this.patch(ref, { spec: { suspend: true }, ...keeping(packRefs(awaited)) });
  }

  /** Undoes {@link suspend}. */
  async resume(ref: ObjectRef): Promise<void> {
    await this.patch(ref, { spec: { suspend: null }, ...keeping(null) });
  }

  /** Keeps on a kustomization what is awaited from now on. */
  async keep(ref: ObjectRef, awaited: readonly ObjectRef[]): Promise<void> {
    await this.patch(ref, keeping(packRefs(awaited)));
  }

  /**
   * A kustomization once its controller has ended what it was at; or after a while as it is, since a controller that died never
   * writes an end.
   */
  async settled(ref: ObjectRef): Promise<KubeObject | undefined> {
    for (const end = Date.now() + Math.min(SETTLING, this.timeout); ; await sleep(500)) {
      const there = await this.find(ref);
      if (!there || !isAtWork(there) || Date.now() >= end) return there;
    }
  }

  private async patch(ref: ObjectRef, body: object): Promise<void> {
    const path = await this.discovery.path(ref);
    if (path) await this.api.call({ method: "PATCH", path, body });
  }

  /** Without Flux's own components: whoever installed them deletes them. */
  async withoutFlux(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    const kept = await Promise.all(
      refs.map(async (ref) => {
        if ([root, source].some((own) => refName(own) === refName(ref))) return [];
        const there = await this.find(ref);
        return there && there.metadata.labels?.["app.kubernetes.io/part-of"] !== "flux" ? [ref] : [];
      }),
    );
    return kept.flat();
  }
}

/** Part of a merge patch. null: nothing is kept any more. */
function keeping(awaited: string | null): object {
  return { metadata: { annotations: { [AWAITED]: awaited } } };
}

/** A mark that somebody removed must not leave Flux to be deleted before what it drives. */
function isOurs(top: KubeObject, { annotation, value }: Mark): boolean {
  const marked = top.metadata.annotations?.[annotation];
  return marked === undefined ? pulumiManager(top) !== undefined : marked === value;
}

/** Its controller has taken it up, and has not written the end. */
function isAtWork(object: KubeObject): boolean {
  if ((object.metadata.finalizers ?? []).length === 0) return false;
  const ready = condition(object, "Ready")?.status ?? "Unknown";
  return ready === "Unknown" || condition(object, "Reconciling")?.status === "True";
}

function isDriver({ apiVersion, kind, name, namespace }: ObjectRef): boolean {
  const isRoot = kind === root.kind && name === root.name && namespace === root.namespace;
  return !isRoot && (apiVersion === KUSTOMIZATION || apiVersion.startsWith("helm.toolkit.fluxcd.io/"));
}
