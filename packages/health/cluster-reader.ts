import { ApiError, KubeApi } from "@timonier/kit/kube-api";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import { UserError } from "@timonier/kit/user-error";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { isController, lacksReplicas } from "./flux-controllers.js";
import { type ClusterView, type KubeObject, REQUESTED_AT } from "./kube-object.js";
import type { Pod } from "./pod-reason.js";

/** A kind and its plural in API paths. */
interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

/** Kinds in a {@link ClusterView}. */
const KINDS = {
  sources: [{ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", plural: "gitrepositories" }],
  kustomizations: [{ apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", plural: "kustomizations" }],
  workloads: [
    { apiVersion: "apps/v1", kind: "Deployment", plural: "deployments" },
    { apiVersion: "apps/v1", kind: "StatefulSet", plural: "statefulsets" },
  ],
} as const satisfies Record<Exclude<keyof ClusterView, "pods">, readonly Kind[]>;

/** Kinds of image automation. */
const IMAGE_KINDS: readonly Kind[] = [
  { apiVersion: "image.toolkit.fluxcd.io/v1", kind: "ImageRepository", plural: "imagerepositories" },
  { apiVersion: "image.toolkit.fluxcd.io/v1", kind: "ImagePolicy", plural: "imagepolicies" },
  { apiVersion: "image.toolkit.fluxcd.io/v1", kind: "ImageUpdateAutomation", plural: "imageupdateautomations" },
];

/** The cluster does not answer at the moment; a later request may succeed. */
export class ClusterUnavailable extends UserError {}

/** Reads a cluster. */
export interface ClusterReader {
  /** Reads Flux objects and workloads. Kinds that the cluster does not have yet are empty. */
  view(): Promise<ClusterView>;
  /** Reads the objects of image automation; empty for a cluster without them. */
  images(): Promise<readonly KubeObject[]>;
  /** Requests a reconciliation by an annotation, as `flux reconcile` does. */
  ask(object: KubeObject, requestedAt: string): Promise<void>;
}

/**
 * Connects to a cluster. Each method of the result throws ClusterUnavailable when the cluster does
 * not answer, and UserError when it rejects the request.
 *
 * @param kubeconfig text of a kubeconfig
 */
export async function readCluster(kubeconfig: string): Promise<ClusterReader> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  const { server } = api.access;
  const list = async ({ apiVersion, kind, plural }: Kind): Promise<KubeObject[]> => {
    try {
      const found = await api.find<{ items: KubeObject[] }>(`/apis/${apiVersion}/${plural}`);
      // Items of a list have neither apiVersion nor kind.
      return (found?.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    } catch (error) {
      throw unreachable(error, server);
    }
  };
  const all = async (kinds: readonly Kind[]) => (await Promise.all(kinds.map(list))).flat();

  /** Pods in the namespace of Flux; undefined where the user may not list them. */
  const fluxPods = async (): Promise<readonly Pod[] | undefined> => {
    try {
      return (await api.call<{ items: Pod[] }>({ path: `/api/v1/namespaces/${fluxSystem}/pods` })).items;
    } catch (error) {
      if (error instanceof ApiError && error.code === 403) return undefined;
      throw unreachable(error, server);
    }
  };

  return {
    ask: async ({ kind, metadata: { name, namespace } }, requestedAt) => {
      const known = Object.values(KINDS)
        .flat()
        .find((one) => one.kind === kind);
      if (!known) throw new TypeError(`${kind} is not a kind of a view`);
      const path = `/apis/${known.apiVersion}/namespaces/${namespace}/${known.plural}/${name}`;
      const body = { metadata: { annotations: { [REQUESTED_AT]: requestedAt } } };
      try {
        await api.call({ method: "PATCH", path, query: { fieldManager: "timonier" }, body });
      } catch (error) {
        throw unreachable(error, server);
      }
    },
    images: () => all(IMAGE_KINDS),
    view: async () => {
      const [sources, kustomizations, workloads] = await Promise.all([
        all(KINDS.sources),
        all(KINDS.kustomizations),
        all(KINDS.workloads),
      ]);
      // Read only where a controller lacks replicas, which is rare.
      const pods = workloads.some((one) => isController(one) && lacksReplicas(one)) ? await fluxPods() : undefined;
      return { sources, kustomizations, workloads, ...(pods && { pods }) };
    },
  };
}

function unreachable(error: unknown, server: string): UserError {
  if (error instanceof ApiError && (error.code === 401 || error.code === 403)) {
    return new UserError(`the cluster rejects the credentials (${error.code})`, server, "renew the kubeconfig", {
      code: "TIM-301",
      cause: error,
    });
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new ClusterUnavailable(
    `the cluster does not answer: ${reason}`,
    server,
    "see `npx timonier status`, then `npm run up`",
    { code: "TIM-302", cause: error },
  );
}
