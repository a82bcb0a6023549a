import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type KubeApi } from "../../packages/kit/kube-api.js";
import { type ObjectRef, refName } from "../../packages/kit/kube-discovery.js";

/** An object of the API server, with the fields that are used here. */
export interface ObservedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
    readonly managedFields?: ReadonlyArray<{ readonly manager?: string; readonly subresource?: string }>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  readonly status?: any;
  readonly [key: string]: unknown;
}

/** Objects that a manifest or a person created, by `KIND NAMESPACE/NAME`. */
export type Snapshot = ReadonlyMap<string, ObservedObject>;

/**
 * Kinds that controllers write for their own use. Only objects that Flux applies from Git are
 * included.
 */
const kindsOfControllers = new Set([
  "APIService",
  "ControllerRevision",
  "Endpoints",
  "EndpointSlice",
  "Event",
  "HelmChart",
  "Lease",
  "Pod",
  "ReplicaSet",
]);

/** Every object of the cluster, without those that controllers derive from others. */
export async function snapshot(api: KubeApi): Promise<Snapshot> {
  const found = new Map<string, ObservedObject>();
  for (const { path, apiVersion, kind } of await listedKinds(api)) {
    for (const item of await itemsOf(api, path)) {
      const object: ObservedObject = { ...item, apiVersion, kind };
      if (!byController(object)) found.set(nameOf(object), object);
    }
  }
  return found;
}

/**
 * Items of a list. The API server opens the storage of a kind with the first request, and rejects
 * requests until it is open.
 */
async function itemsOf(api: KubeApi, path: string): Promise<ObservedObject[]> {
  for (let tries = 1; ; tries++) {
    try {
      return (await api.find<{ items: ObservedObject[] }>(path))?.items ?? [];
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 429) || tries === 50) throw error;
      await sleep(100);
    }
  }
}

/** The objects of one kind, with kind and version, which a list leaves out. */
export async function listOf(
  api: KubeApi,
  apiVersion: string,
  kind: string,
  plural: string,
): Promise<ObservedObject[]> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const list = await api.find<{ items: ObservedObject[] }>(`${root}/${plural}`);
  return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
}

/** `Deployment default/nginx` */
export function nameOf(object: ObservedObject): string {
  return refName(refOf(object));
}

export function refOf({ apiVersion, kind, metadata }: ObservedObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** Keys of the objects in a Kustomization's inventory. */
export function inventoryOf(kustomization: ObservedObject | undefined): string[] {
  return (kustomization?.status?.inventory?.entries ?? []).map(({ id }: { id: string }) => keyOfId(id));
}

/**
 * `default_nginx_apps_Deployment` → `Deployment default/nginx`; a colon in a name is written as two
 * underscores.
 */
function keyOfId(id: string): string {
  const [, namespace, name = id, kind] = /^([^_]*)_(.+)_[^_]*_([^_]+)$/.exec(id) ?? [];
  return `${kind} ${namespace ? `${namespace}/` : ""}${name.replaceAll("__", ":")}`;
}

/**
 * Digest of the fields that a manifest can set, and of Flux's owner labels. A digest, because
 * Secrets are compared as well.
 */
export function contentOf(object: ObservedObject): string {
  const { metadata, status: _, ...rest } = object;
  const notes = Object.entries(metadata.annotations ?? {}).filter(([key]) => !notesOfControllers.has(key));
  const content = sorted({ ...rest, labels: metadata.labels ?? {}, annotations: Object.fromEntries(notes) });
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

const notesOfControllers = new Set(["reconcile.fluxcd.io/requestedAt", "deployment.kubernetes.io/revision"]);

/** Kinds in every version: the preferred version of a group may lack some of its kinds. */
async function listedKinds(api: KubeApi): Promise<{ path: string; apiVersion: string; kind: string }[]> {
  const groups = await api.call<{ groups: { versions: { groupVersion: string }[] }[] }>({ path: "/apis" });
  // The preferred version of a group comes first, and the last one that is listed counts.
  const versions = [
    "v1",
    ...groups.groups.flatMap(({ versions }) => versions.map((one) => one.groupVersion).reverse()),
  ];
  const lists = versions.map(async (apiVersion) => {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = (await api.find<{ resources: { name: string; kind: string; verbs: string[] }[] }>(root)) ?? {
      resources: [],
    };
    return resources
      .filter(
        ({ name, kind, verbs }) =>
          verbs.includes("list") && verbs.includes("create") && !name.includes("/") && kind !== "Event",
      )
      .map(({ name, kind }) => ({ path: `${root}/${name}`, apiVersion, kind }));
  });
  return (await Promise.all(lists)).flat();
}

function byController({ kind, metadata, type }: ObservedObject): boolean {
  if (kindsOfControllers.has(kind)) return !byFlux(metadata);
  if (metadata.ownerReferences?.length) return true;
  if (kind === "ConfigMap") return metadata.name === "kube-root-ca.crt";
  if (kind === "ServiceAccount") return metadata.name === "default";
  return kind === "Secret" && type === "helm.sh/release.v1";
}

/**
 * Whether kustomize-controller applied an object. Controllers copy its labels to derived objects.
 */
function byFlux({ labels, managedFields }: ObservedObject["metadata"]): boolean {
  const applied = managedFields?.some(({ manager, subresource }) => manager === "kustomize-controller" && !subresource);
  return labels?.["kustomize.toolkit.fluxcd.io/name"] !== undefined && applied === true;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
