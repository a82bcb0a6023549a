import type { KubeObject } from "../model/kube-objects.js";
import { CLUSTER_IP } from "../model/restore.js";

const ranges = ["0.0.0.0/2", "fd00::/64"] as const;

/**
 * Service networks of the rehearsal cluster, one for each IP family, as large as the API server
 * allows. A second IPv4 range does not work: a dry run tests an address against any of them.
 */
export const serviceNetwork = ranges.join(",");

const apiVersion = "admissionregistration.k8s.io/v1";
const name = "rehearsal.timonier-service-addresses";

const asked =
  "(has(object.spec.clusterIPs) ? object.spec.clusterIPs : []) + (has(object.spec.clusterIP) ? [object.spec.clusterIP] : [])";
const inside = ranges.map((range) => `cidr("${range}").containsIP(address)`).join(" || ");
const elsewhere = `(${asked}).filter(address, isIP(address)).exists(address, !(${inside}))`;
const wanted = "(has(object.spec.clusterIP) ? object.spec.clusterIP : object.spec.clusterIPs[0])";
const note = `"/metadata/annotations/" + jsonpatch.escapeKey("${CLUSTER_IP}")`;
const before = `has(oldObject.metadata.annotations) && "${CLUSTER_IP}" in oldObject.metadata.annotations && oldObject.metadata.annotations["${CLUSTER_IP}"] == ${wanted}`;

const annotations =
  '(has(object.metadata.annotations) ? [] : [JSONPatch{op: "add", path: "/metadata/annotations", value: {}}])';

/** Patches of a field: a Service gets another address at creation, and keeps it. */
function reset(field: "clusterIP" | "clusterIPs"): string {
  const path = `"/spec/${field}"`;
  return [
    `(has(object.spec.${field}) && oldObject == null ? [JSONPatch{op: "remove", path: ${path}}] : [])`,
    `(oldObject != null && has(oldObject.spec.${field}) ? [JSONPatch{op: "add", path: ${path}, value: oldObject.spec.${field}}] : [])`,
  ].join(" + ");
}

/**
 * Gives another address to a Service that asks for one outside of {@link serviceNetwork}: a tree
 * does not say which network its cluster has. An annotation keeps the requested address, so that a
 * change of it is rejected as in a real cluster.
 */
export const serviceAddresses: readonly KubeObject[] = [
  {
    apiVersion,
    kind: "MutatingAdmissionPolicy",
    metadata: { name },
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["services"] },
        ],
      },
      matchConditions: [
        { name: "elsewhere", expression: elsewhere },
        { name: "unchanged", expression: `oldObject == null || (${before})` },
      ],
      mutations: [
        {
          patchType: "JSONPatch",
          jsonPatch: {
            expression: [
              annotations,
              `[JSONPatch{op: "add", path: ${note}, value: ${wanted}}]`,
              reset("clusterIP"),
              reset("clusterIPs"),
            ].join(" + "),
          },
        },
      ],
    },
  },
  {
    apiVersion,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name },
  },
];
