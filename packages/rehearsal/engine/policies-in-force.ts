import { ApiError } from "@timonier/kit/kube-api";
import { waitFor } from "@timonier/kit/wait";
import type { KubeObject, Snapshot } from "../model/kube-objects.js";
import { type ApplyClient, applyAll, applyOne, deleteAll } from "./apply.js";
import type { StartContext } from "./control-plane.js";
import { waitOptions } from "./wait-options.js";

const apiVersion = "admissionregistration.k8s.io/v1";

/** Message of the policy that shows that the others are in force. */
const IN_FORCE = "the rehearsal's policies are in force";

/** A ConfigMap that only its own policy rejects. */
const probe = (name: string): KubeObject => {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
};

/** A policy that rejects only the probe of the same name. */
const sentinel = (name: string): readonly KubeObject[] => [
  {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
      },
      matchConditions: [{ name: "probe", expression: `object.metadata.name == "${name}"` }],
      validations: [{ expression: "false", message: IN_FORCE }],
    },
  },
  {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  },
];

/** Whether a tree contains validating admission policies. */
export function hasPolicies(snapshot: Snapshot): boolean {
  return snapshot.some(
    ({ kind, metadata }) => kind === "ValidatingAdmissionPolicy" && !metadata.name.startsWith("rehearsal.timonier"),
  );
}

/**
 * Waits until the cluster's admission policies are in force: the API server reads all of them about
 * once a second, and admits objects without them until then. A policy with a binding that are
 * written last shows when they were read. Both are new, because the API server watches policies and
 * bindings separately.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export async function policiesInForce(client: ApplyClient, context: StartContext): Promise<void> {
  const name = `rehearsal.timonier-in-force-${Date.now()}`;
  await applyAll(client, sentinel(name), "timonier");
  await waitFor(waitOptions("the cluster's admission policies", context), async () => {
    const rejected = await applyOne(client, probe(name), "timonier", true).then(
      () => false,
      (error: unknown) => error instanceof ApiError && error.message.includes(IN_FORCE),
    );
    return rejected ? { done: true, value: undefined } : { done: false, missing: "not in force yet" };
  });
  await deleteAll(client, sentinel(name));
}
