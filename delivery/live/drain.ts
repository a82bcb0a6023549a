import { KubeApi } from "../../core/kube-api.js";
import { KubeDiscovery, type ObjectRef, refName } from "../../core/kube-discovery.js";
import { readKubeconfig } from "../../core/kubeconfig.js";
import type { Progress } from "../../core/progress.js";
import { UserError } from "../../core/user-error.js";
import { waitFor } from "../../core/wait.js";
import { fluxSystem } from "../gotk-sync.js";
import type { KubeObject } from "./objects.js";

/** Annotation that tells the root kustomization of one stack from anybody else's. */
export interface Mark {
  readonly annotation: string;
  readonly value: string;
}

/** How to wait. */
export interface DrainOptions {
  /** Milliseconds for each of the steps. */
  readonly timeout: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

const KUSTOMIZATION = "kustomize.toolkit.fluxcd.io/v1";
const HELM_RELEASE = "helm.toolkit.fluxcd.io/v2";
const root: ObjectRef = { apiVersion: KUSTOMIZATION, kind: "Kustomization", namespace: fluxSystem, name: fluxSystem };
const source: ObjectRef = { ...root, apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" };

/** What belongs to whoever made it, also where Git names it: deleting it would delete what others keep in it. */
const KEPT = new Set(["Namespace", "CustomResourceDefinition"]);

/**
 * Takes away what a stack's Flux drives, in the order that lets Flux do it: the kustomizations and releases first, which
 * prune what they applied while the controllers still run, then the rest, the root last and without pruning, since Flux
 * itself is in its inventory.
 *
 * Does nothing where the root kustomization is not marked: it is not the stack's.
 *
 * @throws UserError when others use this Flux, too, or naming what does not go and the finalizers it waits for
 */
export async function drain(kubeconfig: string, mark: Mark, options: DrainOptions): Promise<void> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const cluster = new Draining(api, options);
    const top = await cluster.discovery.find<KubeObject>(root);
    if (top?.metadata.annotations?.[mark.annotation] !== mark.value) return;
    const applied = inventory(top);
    await cluster.refuseIfShared(applied, mark);
    await cluster.suspend(root);
    const drivers = applied.filter(isDriver);
    const contents = (await Promise.all(drivers.map((one) => cluster.discovery.find<KubeObject>(one)))).flatMap(
      inventory,
    );
    await cluster.remove(drivers);
    await cluster.gone([...drivers, ...contents.filter(({ kind }) => !KEPT.has(kind))]);
    const rest = await cluster.withoutFlux(applied.filter((one) => !isDriver(one) && !KEPT.has(one.kind)));
    await cluster.remove(rest);
    await cluster.gone(rest);
    await cluster.remove([root, source]);
    await cluster.gone([root, source]);
  } finally {
    api.close();
  }
}

/** One cluster while it is drained. */
class Draining {
  readonly discovery: KubeDiscovery;

  constructor(
    private readonly api: KubeApi,
    private readonly options: DrainOptions,
  ) {
    this.discovery = new KubeDiscovery(api);
  }

  /** Others' objects would never be reconciled again, and could not even be deleted. */
  async refuseIfShared(applied: readonly ObjectRef[], { annotation, value }: Mark): Promise<void> {
    const definition = await this.api.find<KubeObject>(
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/kustomizations.kustomize.toolkit.fluxcd.io",
    );
    if (definition?.metadata.annotations?.[annotation] !== value) return;
    const known = new Set([root, ...applied].map(refName));
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

  async suspend(ref: ObjectRef): Promise<void> {
    const path = await this.discovery.path(ref);
    if (path) await this.api.call({ method: "PATCH", path, body: { spec: { suspend: true } } });
  }

  async remove(refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs) {
      const path = await this.discovery.path(ref);
      if (path === undefined || (await this.api.find(path)) === undefined) continue;
      await this.api.call({ method: "DELETE", path }).catch(async (error: unknown) => {
        if ((await this.api.find(path)) !== undefined) throw error;
      });
    }
  }

  /** Ends when none of the objects is there any more. */
  async gone(refs: readonly ObjectRef[]): Promise<void> {
    if (refs.length === 0) return;
    let open = refs;
    await waitFor(
      {
        what: "the end of what Flux drove",
        where: "the cluster",
        fix: "end what its finalizers wait for, or remove them, then run the command again",
        interval: 500,
        ...this.options,
      },
      async () => {
        const looked = await Promise.all(
          open.map(async (ref) => ({ ref, there: await this.discovery.find<KubeObject>(ref) })),
        );
        const left = looked.flatMap(({ ref, there }) => (there ? [{ ref, there }] : []));
        open = left.map(({ ref }) => ref);
        if (left.length === 0) return { done: true, value: undefined };
        return { done: false, missing: left.map(({ ref, there }) => waitsFor(ref, there)).join("; ") };
      },
    );
  }

  /** Without Flux's own components: whoever installed them deletes them. */
  async withoutFlux(refs: readonly ObjectRef[]): Promise<ObjectRef[]> {
    const kept = await Promise.all(
      refs.map(async (ref) => {
        if ([root, source].some((own) => refName(own) === refName(ref))) return [];
        const there = await this.discovery.find<KubeObject>(ref);
        return there && there.metadata.labels?.["app.kubernetes.io/part-of"] !== "flux" ? [ref] : [];
      }),
    );
    return kept.flat();
  }
}

function isDriver({ apiVersion, kind, name, namespace }: ObjectRef): boolean {
  const isRoot = kind === root.kind && name === root.name && namespace === root.namespace;
  return !isRoot && (apiVersion === KUSTOMIZATION || apiVersion.startsWith("helm.toolkit.fluxcd.io/"));
}

/** What a kustomization applied. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#inventory */
function inventory(object: KubeObject | undefined): ObjectRef[] {
  return (object?.status?.inventory?.entries ?? []).flatMap(({ id, v }) => {
    const [, namespace, name, group, kind] = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id) ?? [];
    if (!name || !kind) return [];
    // Names of roles may hold colons, which the inventory writes as two underscores.
    const given = { kind, name: name.replaceAll("__", ":"), namespace: namespace || undefined };
    return [{ apiVersion: group ? `${group}/${v}` : v, ...given }];
  });
}

function waitsFor(ref: ObjectRef, { metadata: { finalizers = [] } }: KubeObject): string {
  return `${refName(ref)} is still there${finalizers.length > 0 ? `, waits for ${finalizers.join(", ")}` : ""}`;
}
