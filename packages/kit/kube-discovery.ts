import { ApiError, type KubeApi } from "./kube-api.js";

/** What names an object everywhere. */
export interface ObjectRef {
  /** `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** `Deployment default/nginx`, as messages name an object. */
export function refName({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** A kind, as an API server serves it. */
export interface ServedKind {
  /** Plural: `deployments`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Kinds to paths, by what the API server itself says; each group version is asked until it has answered once. A version whose server
 * does not answer, as that of an APIService may, has no kinds: it must not keep others from being found.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export class KubeDiscovery {
  readonly #lists = new Map<string, Promise<readonly ServedKind[] | undefined>>();

  constructor(private readonly api: KubeApi) {}

  /** undefined: the cluster has no such kind. */
  async kind(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    return (await this.list(apiVersion)).find((one) => one.kind === kind && !one.name.includes("/"));
  }

  /** Path of an object. undefined: the cluster has no such kind. */
  async path(ref: ObjectRef): Promise<string | undefined> {
    const served = await this.kind(ref.apiVersion, ref.kind);
    if (!served) return undefined;
    const scope = served.namespaced ? `/namespaces/${ref.namespace ?? "default"}` : "";
    return `${root(ref.apiVersion)}${scope}/${served.name}/${ref.name}`;
  }

  /** undefined: there is no such object. */
  async find<T>(ref: ObjectRef): Promise<T | undefined> {
    const path = await this.path(ref);
    return path === undefined ? undefined : this.api.find<T>(path);
  }

  private async list(apiVersion: string): Promise<readonly ServedKind[]> {
    const list = this.#lists.get(apiVersion) ?? this.read(apiVersion);
    this.#lists.set(apiVersion, list);
    try {
      const kinds = await list;
      // A definition may bring it yet.
      if (kinds === undefined) this.#lists.delete(apiVersion);
      return kinds ?? [];
    } catch (error) {
      this.#lists.delete(apiVersion);
      if (error instanceof ApiError && error.code === 503) return [];
      throw error;
    }
  }

  private async read(apiVersion: string): Promise<readonly ServedKind[] | undefined> {
    return (await this.api.find<{ resources: ServedKind[] }>(root(apiVersion)))?.resources;
  }
}

function root(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
