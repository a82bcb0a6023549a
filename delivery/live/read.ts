import type { KubernetesObjectApi } from "@kubernetes/client-node";
import { UserError } from "../../core/user-error.js";
import { type ClusterView, type KubeObject, REQUESTED_AT } from "./objects.js";

/** Kinds that a view is made of. */
const KINDS = {
  sources: [["source.toolkit.fluxcd.io/v1", "GitRepository"]],
  kustomizations: [["kustomize.toolkit.fluxcd.io/v1", "Kustomization"]],
  workloads: [
    ["apps/v1", "Deployment"],
    ["apps/v1", "StatefulSet"],
  ],
} as const satisfies Record<keyof ClusterView, ReadonlyArray<readonly [string, string]>>;

/** Reads a cluster. */
export interface ClusterReader {
  /** Flux's objects and the workloads, at one moment. Kinds that the cluster does not have yet are empty. */
  view(): Promise<ClusterView>;
  /** Objects of one kind, everywhere or in one namespace. Empty when the kind does not exist. */
  list(apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]>;
  /** Asks the object's Flux controller to look now; changes nothing but an annotation, as `flux reconcile` does. */
  ask(object: KubeObject, requestedAt: string): Promise<void>;
}

/**
 * @param kubeconfig the text of a kubeconfig, any way of authentication that kubectl knows
 * @throws UserError from each method when the cluster does not answer or refuses
 */
export async function readCluster(kubeconfig: string): Promise<ClusterReader> {
  // Imported when it is needed: the client costs almost a second.
  const { KubeConfig, KubernetesObjectApi: ObjectApi, PatchStrategy } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api: KubernetesObjectApi = ObjectApi.makeApiClient(config);
  const server = config.getCurrentCluster()?.server ?? "the cluster";

  const list = async (apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]> => {
    try {
      const { items } = await api.list(apiVersion, kind, namespace);
      // A list leaves out what every item shares.
      return (items as unknown[]).map((item) => ({ ...(item as KubeObject), apiVersion, kind }));
    } catch (error) {
      if (isMissingKind(error)) return [];
      throw unreachable(error, server);
    }
  };
  const all = async (kinds: ReadonlyArray<readonly [string, string]>) =>
    (await Promise.all(kinds.map(([apiVersion, kind]) => list(apiVersion, kind)))).flat();

  return {
    list,
    ask: async ({ apiVersion, kind, metadata: { name, namespace } }, requestedAt) => {
      const annotations = { [REQUESTED_AT]: requestedAt };
      const patch = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), annotations } };
      await api
        .patch(patch, undefined, undefined, "timonier", undefined, PatchStrategy.MergePatch)
        .catch((error: unknown) => {
          throw unreachable(error, server);
        });
    },
    view: async () => {
      const [sources, kustomizations, workloads] = await Promise.all([
        all(KINDS.sources),
        all(KINDS.kustomizations),
        all(KINDS.workloads),
      ]);
      return { sources, kustomizations, workloads };
    },
  };
}

function isMissingKind(error: unknown): boolean {
  const { code, message = "" } = error as { code?: number; message?: string };
  return code === 404 || message.startsWith("Unrecognized API version and kind");
}

function unreachable(error: unknown, server: string): UserError {
  const { code } = error as { code?: number | string };
  if (code === 401 || code === 403) {
    return new UserError(`the cluster refuses the credentials (${code})`, server, "renew the kubeconfig", {
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(
    `the cluster does not answer: ${reason}`,
    server,
    "see `npx timonier status`, then `npm run up`",
    {
      cause: error,
    },
  );
}
