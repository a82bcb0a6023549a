import type { KubeObject } from "../model/kube-objects.js";

const apiVersion = "admissionregistration.k8s.io/v1";
const name = "rehearsal.timonier-volume-growth";

/**
 * Rejects the growth of a claim when its StorageClass does not allow it. It replaces the API
 * server's own plugin, which also rejects it for an unknown class: most classes of a cluster are
 * not in Git.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#persistentvolumeclaimresize
 */
export const volumeGrowth: readonly KubeObject[] = [
  {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      paramKind: { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["persistentvolumeclaims"] },
        ],
      },
      matchConditions: [
        {
          name: "grows",
          expression:
            "quantity(object.spec.resources.requests.storage).isGreaterThan(quantity(oldObject.spec.resources.requests.storage))",
        },
      ],
      validations: [
        {
          expression:
            "!has(object.spec.storageClassName) || object.spec.storageClassName != params.metadata.name || (has(params.allowVolumeExpansion) && params.allowVolumeExpansion)",
          message:
            "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
        },
      ],
    },
  },
  {
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ["Deny"],
      // The policy runs once for each class in the cluster.
      paramRef: { selector: {}, parameterNotFoundAction: "Allow" },
    },
  },
];
