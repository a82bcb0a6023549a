import { groupOf } from "./kube-objects.js";

const ADMISSION = "admissionregistration.k8s.io";
const RBAC = "rbac.authorization.k8s.io";

/** Kinds whose objects decide whether the API server accepts others. */
const always = new Set([
  "/LimitRange",
  "/ResourceQuota",
  `${ADMISSION}/MutatingAdmissionPolicy`,
  `${ADMISSION}/MutatingAdmissionPolicyBinding`,
  `${ADMISSION}/MutatingWebhookConfiguration`,
  `${ADMISSION}/ValidatingAdmissionPolicy`,
  `${ADMISSION}/ValidatingAdmissionPolicyBinding`,
  `${ADMISSION}/ValidatingWebhookConfiguration`,
]);

/** Kinds whose changed or deleted objects may make the API server reject others, but whose new objects may not. */
const whenThereBefore = new Set([
  "/Namespace",
  "/ServiceAccount",
  "apiextensions.k8s.io/CustomResourceDefinition",
  `${RBAC}/ClusterRole`,
  `${RBAC}/ClusterRoleBinding`,
  `${RBAC}/Role`,
  `${RBAC}/RoleBinding`,
]);

/** Whether a change of an object of this kind may make the API server reject objects that it accepted before. */
export function mayLimit({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, isNew: boolean) {
  const name = `${groupOf(apiVersion)}/${kind}`;
  return always.has(name) || (!isNew && whenThereBefore.has(name));
}
