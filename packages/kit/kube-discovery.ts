import { ApiError, type KubeApi } from "./kube-api.js";

/** API version, kind, namespace and name of an object. */
export interface ObjectRef {
  /** `apps/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Name of an object in messages: `Deployment default/nginx`. */
export function refName({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** A kind that an API server serves. */
export interface ServedKind {
  /** Plural: `deployments`. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * Finds the API paths of kinds by discovery; each group version is read once. A group version whose
 * server does not answer, such as that of an APIService, counts as empty, so that other kinds can
 * still be found.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export class KubeDiscovery {
  readonly #lists = new Map<string, Promise<readonly ServedKind[] | undefined>>();

  constructor(private readonly api: KubeApi) {}

  /** @returns undefined where the cluster does not have the kind */
  async kind(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
    return (await this.list(apiVersion)).find((one) => one.kind === kind && !one.name.includes("/"));
  }

  /** Path of an object. @returns undefined where the cluster does not have the kind */
  async path(ref: ObjectRef): Promise<string | undefined> {
    const served = await this.kind(ref.apiVersion, ref.kind);
    if (!served) return undefined;
    const scope = served.namespaced ? `/namespaces/${ref.namespace ?? "default"}` : "";
    return `${root(ref.apiVersion)}${scope}/${served.name}/${ref.name}`;
  }

  /** Reads an object. @returns undefined where it does not exist */
  async find<T>(ref: ObjectRef): Promise<T | undefined> {
    const path = await this.path(ref);
    return path === undefined ? undefined : this.api.find<T>(path);
  }

  private async list(apiVersion: string): Promise<readonly ServedKind[]> {
    const list = this.#lists.get(apiVersion) ?? this.read(apiVersion);
    this.#lists.set(apiVersion, list);
    try {
      const kinds = await list;
      // A CustomResourceDefinition may add it later.
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
