import type { KubeApi } from "@timonier/kit/kube-api";
import type { KubeDiscovery, ObjectRef } from "@timonier/kit/kube-discovery";
import type { WantedInCluster } from "./facts.js";

/** One permission that the API server is asked about. */
interface Action {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string;
}

/** Verbs that applying and deleting an object needs. */
const VERBS = ["get", "create", "patch", "delete"] as const;

/**
 * Permissions that applying the wanted objects needs and that the kubeconfig's user does not have.
 *
 * @returns for people: `create clusterroles`
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function deniedActions(
  api: KubeApi,
  discovery: KubeDiscovery,
  wanted: WantedInCluster,
): Promise<string[]> {
  if (await mayDo(api, { verb: "*", group: "*", resource: "*" })) return [];
  const actions = await actionsFor(discovery, [...wanted.components, ...wanted.sync, ...wanted.secrets]);
  const allowed = await Promise.all(actions.map((action) => mayDo(api, action)));
  return actions.filter((_, index) => !allowed[index]).map(words);
}

async function actionsFor(discovery: KubeDiscovery, refs: readonly ObjectRef[]): Promise<Action[]> {
  const kinds = new Map<string, Omit<Action, "verb">>();
  for (const ref of refs) {
    const group = ref.apiVersion.includes("/") ? (ref.apiVersion.split("/")[0] ?? "") : "";
    const served = await discovery.kind(ref.apiVersion, ref.kind);
    // A kind that Flux installs is not served yet, so its plural is formed by the rules of English.
    const resource = served?.name ?? `${ref.kind.toLowerCase().replace(/y$/, "ie")}s`;
    kinds.set(`${group}/${resource}/${ref.namespace}`, { group, resource, namespace: ref.namespace });
  }
  const actions = [...kinds.values()].flatMap((kind) => VERBS.map((verb): Action => ({ ...kind, verb })));
  // Kubernetes lets a user grant rights to Flux only with these verbs, or with the same rights.
  const roles = { group: "rbac.authorization.k8s.io", resource: "clusterroles" };
  return [...actions, { ...roles, verb: "escalate" }, { ...roles, verb: "bind", name: "cluster-admin" }];
}

async function mayDo(api: KubeApi, resourceAttributes: Action): Promise<boolean> {
  const { status } = await api.call<{ status: { allowed: boolean } }>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes },
    },
  });
  return status.allowed;
}

function words({ verb, resource, namespace, name }: Action): string {
  return `${verb} ${resource}${name ? ` ${name}` : ""}${namespace ? ` in namespace ${namespace}` : ""}`;
}
