import { createHash } from "node:crypto";
import type { KubeApi } from "../../core/kube-api.js";
import { type ObjectRef, refName } from "../../core/kube-discovery.js";

/** An object as an API server returns it, as far as it is looked at here. */
export interface Seen {
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
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  readonly status?: any;
  readonly [key: string]: unknown;
}

/** Everything that somebody asked for, by `KIND NAMESPACE/NAME`. */
export type Snapshot = ReadonlyMap<string, Seen>;

/** Kinds that controllers write for their own use. */
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

/** Every object of the cluster but those that controllers make of others: a few dozen lists. */
export async function snapshot(api: KubeApi): Promise<Snapshot> {
  const found = new Map<string, Seen>();
  for (const { path, apiVersion, kind } of await listedKinds(api)) {
    const list = await api.find<{ items: Seen[] }>(path);
    for (const item of list?.items ?? []) {
      const object: Seen = { ...item, apiVersion, kind };
      if (!byController(object)) found.set(nameOf(object), object);
    }
  }
  return found;
}

/** The objects of one kind, with kind and version, which a list leaves out. */
export async function listOf(api: KubeApi, apiVersion: string, kind: string, plural: string): Promise<Seen[]> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const list = await api.find<{ items: Seen[] }>(`${root}/${plural}`);
  return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
}

/** `Deployment default/nginx` */
export function nameOf(object: Seen): string {
  return refName(refOf(object));
}

export function refOf({ apiVersion, kind, metadata }: Seen): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/**
 * What is to be compared of an object: all that a manifest can say, and in Flux's labels who applies it. A digest, since Secrets are
 * among them.
 */
export function contentOf(object: Seen): string {
  const { metadata, status: _, ...rest } = object;
  const notes = Object.entries(metadata.annotations ?? {}).filter(([key]) => !notesOfControllers.has(key));
  const content = sorted({ ...rest, labels: metadata.labels ?? {}, annotations: Object.fromEntries(notes) });
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

const notesOfControllers = new Set(["reconcile.fluxcd.io/requestedAt", "deployment.kubernetes.io/revision"]);

async function listedKinds(api: KubeApi): Promise<{ path: string; apiVersion: string; kind: string }[]> {
  const groups = await api.call<{ groups: { preferredVersion: { groupVersion: string } }[] }>({ path: "/apis" });
  const versions = ["v1", ...groups.groups.map((group) => group.preferredVersion.groupVersion)];
  const lists = versions.map(async (apiVersion) => {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { resources } = (await api.find<{ resources: { name: string; kind: string; verbs: string[] }[] }>(root)) ?? {
      resources: [],
    };
    return resources
      .filter(({ name, kind, verbs }) => verbs.includes("list") && !name.includes("/") && !kindsOfControllers.has(kind))
      .map(({ name, kind }) => ({ path: `${root}/${name}`, apiVersion, kind }));
  });
  return (await Promise.all(lists)).flat();
}

function byController({ kind, metadata, type }: Seen): boolean {
  if (metadata.ownerReferences?.length) return true;
  if (kind === "ConfigMap") return metadata.name === "kube-root-ca.crt";
  if (kind === "ServiceAccount") return metadata.name === "default";
  return kind === "Secret" && type === "helm.sh/release.v1";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
