import { waitFor } from "@timonier/kit/wait";
import type { KubeObject } from "../model/kube-objects.js";
import { type ApplyClient, applyAll } from "./apply.js";
import type { StartContext } from "./control-plane.js";
import { waitOptions } from "./wait-options.js";

const GROUP = "rbac.authorization.k8s.io";
const NAME = "rehearsal.timonier-rights";
const NAMESPACE = "default";

/** Whether an object grants rights. */
export function isRight({ apiVersion }: Pick<KubeObject, "apiVersion">): boolean {
  return apiVersion.startsWith(`${GROUP}/`);
}

/**
 * Waits until the API server applies the present rights: its authorizer receives roles and bindings
 * by watches, a moment after they were written or deleted. A new role and binding of each scope
 * show when it has received everything before them.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export async function rightsInForce(client: ApplyClient, context: StartContext): Promise<void> {
  const user = `${NAME}-${Date.now()}`;
  await applyAll(client, [...rights("", user), ...rights("Cluster", user)], "timonier");
  await waitFor(waitOptions("the cluster's rights", context), async () => {
    const allowed = await Promise.all([mayRead(client, user, NAMESPACE), mayRead(client, `cluster-${user}`)]);
    return allowed.every(Boolean) ? { done: true, value: undefined } : { done: false, missing: "not in force yet" };
  });
}

function rights(scope: "" | "Cluster", user: string): KubeObject[] {
  const metadata = { name: NAME, ...(scope === "" && { namespace: NAMESPACE }) };
  const apiVersion = `${GROUP}/v1`;
  return [
    // The rule changes each time, so that the role is really written.
    {
      apiVersion,
      kind: `${scope}Role`,
      metadata,
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [user], verbs: ["get"] }],
    },
    {
      apiVersion,
      kind: `${scope}RoleBinding`,
      metadata,
      roleRef: { apiGroup: GROUP, kind: `${scope}Role`, name: NAME },
      subjects: [{ apiGroup: GROUP, kind: "User", name: scope === "" ? user : `cluster-${user}` }],
    },
  ];
}

/** @param namespace @default all of them */
async function mayRead({ api }: ApplyClient, user: string, namespace?: string): Promise<boolean> {
  const name = user.replace(/^cluster-/, "");
  const { status } = await api.call<{ status: { allowed: boolean } }>({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: {
        user,
        resourceAttributes: { verb: "get", resource: "configmaps", name, ...(namespace && { namespace }) },
      },
    },
  });
  return status.allowed;
}
