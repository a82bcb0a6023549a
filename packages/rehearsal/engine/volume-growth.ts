import type { KubeObject } from "../model/kube-objects.js";

const apiVersion = "admissionregistration.k8s.io/v1";
const name = "rehearsal.timonier-volume-growth";

/**
 * Refuses that a claim grows where its StorageClass does not allow it, in place of the API server's own plugin: that one also refuses
 * where it does not know the class, and a cluster has most of its classes from elsewhere than Git.
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
      // It is asked once for each class that is there.
      paramRef: { selector: {}, parameterNotFoundAction: "Allow" },
    },
  },
];
