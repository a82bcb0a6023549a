import { setMaxListeners } from "node:events";
import type { KubeApi } from "@timonier/kit/kube-api";
import { watchList } from "@timonier/kit/kube-watch";
import { groupOf, type KubeObject, keyOf, type Snapshot } from "../model/kube-objects.js";

interface Watched {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly sort: "flux" | "workloads" | "pods";
}

const source = "source.toolkit.fluxcd.io/v1";

const watched: readonly Watched[] = [
  { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", plural: "kustomizations", sort: "flux" },
  { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", plural: "helmreleases", sort: "flux" },
  { apiVersion: source, kind: "GitRepository", plural: "gitrepositories", sort: "flux" },
  { apiVersion: source, kind: "OCIRepository", plural: "ocirepositories", sort: "flux" },
  { apiVersion: source, kind: "HelmRepository", plural: "helmrepositories", sort: "flux" },
  { apiVersion: source, kind: "HelmChart", plural: "helmcharts", sort: "flux" },
  { apiVersion: source, kind: "Bucket", plural: "buckets", sort: "flux" },
  { apiVersion: "apps/v1", kind: "Deployment", plural: "deployments", sort: "workloads" },
  { apiVersion: "apps/v1", kind: "StatefulSet", plural: "statefulsets", sort: "workloads" },
  { apiVersion: "apps/v1", kind: "DaemonSet", plural: "daemonsets", sort: "workloads" },
  { apiVersion: "batch/v1", kind: "Job", plural: "jobs", sort: "workloads" },
  { apiVersion: "v1", kind: "PersistentVolumeClaim", plural: "persistentvolumeclaims", sort: "workloads" },
  { apiVersion: "v1", kind: "Namespace", plural: "namespaces", sort: "workloads" },
  { apiVersion: "v1", kind: "Pod", plural: "pods", sort: "pods" },
];

/** `GROUP/KIND` of the watched kinds that have outcomes. Pods only explain them. */
export const watchedKinds: ReadonlySet<string> = new Set(
  watched.filter(({ sort }) => sort !== "pods").map(({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`),
);

type Store = Map<string, KubeObject>;

/** Watches Flux's objects, workloads and pods. */
export class ClusterWatch {
  readonly #stores: Readonly<Record<Watched["sort"], Store>> = {
    flux: new Map(),
    workloads: new Map(),
    pods: new Map(),
  };
  /** By key, token of the request that a Kustomization has to answer before its status counts. */
  readonly requests = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #listed = new Set<string>();
  #changed = Date.now();
  #wake: () => void = () => {};

  constructor(api: KubeApi) {
    setMaxListeners(0, this.#stop.signal);
    for (const one of watched) this.#watch(api, one);
  }

  /** Milliseconds since anything changed. */
  get quiet(): number {
    return Date.now() - this.#changed;
  }

  /** Whether every kind was listed once. */
  get complete(): boolean {
    return this.#listed.size === watched.length;
  }

  get flux(): Snapshot {
    return [...this.#stores.flux.values()];
  }

  get workloads(): Snapshot {
    return [...this.#stores.workloads.values()];
  }

  get pods(): Snapshot {
    return [...this.#stores.pods.values()];
  }

  /** Waits until something changes, at most that many milliseconds. */
  async change(timeout: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeout);
      this.#wake = () => {
        clearTimeout(timer);
        // Changes that belong together arrive within a few milliseconds.
        setTimeout(resolve, 15);
      };
    });
  }

  close(): void {
    this.#stop.abort();
  }

  #watch(api: KubeApi, { apiVersion, kind, plural, sort }: Watched): void {
    const store = this.#stores[sort];
    const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    const complete = (object: KubeObject): KubeObject => ({ ...object, apiVersion, kind });
    const changed = () => {
      this.#changed = Date.now();
      this.#wake();
    };
    const handlers = {
      replace: (objects: readonly KubeObject[]) => {
        for (const [key, object] of store) if (object.kind === kind) store.delete(key);
        for (const object of objects.map(complete)) store.set(keyOf(object), object);
        this.#listed.add(plural);
        changed();
      },
      upsert: (object: KubeObject) => {
        store.set(keyOf(complete(object)), complete(object));
        changed();
      },
      remove: (object: KubeObject) => {
        store.delete(keyOf(complete(object)));
        changed();
      },
    };
    const watchable = handlers as unknown as Parameters<
      typeof watchList<KubeObject & { metadata: { resourceVersion?: string } }>
    >[2];
    void watchList(api, { path: `${root}/${plural}` }, watchable, { signal: this.#stop.signal });
  }
}
