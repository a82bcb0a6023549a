import { components } from "@timonier/control-plane/components";
import type { ControlPlaneProfile } from "@timonier/control-plane/kwokctl";
import { instantPodStages, nodeStages, type Stage } from "@timonier/control-plane/stages";
import { serviceNetwork } from "./service-network.js";

/** Additional arguments by component. */
const extraArgs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "kube-apiserver": {
    // No webhook runs here, so each call would fail or time out. Webhooks are reported as not evaluated.
    // volume-growth.ts replaces the check of growing claims.
    "disable-admission-plugins": [
      "ValidatingAdmissionWebhook",
      "MutatingAdmissionWebhook",
      "PersistentVolumeClaimResize",
    ].join(","),
    "service-cluster-ip-range": serviceNetwork,
    "enable-priority-and-fairness": "false",
    "max-requests-inflight": "0",
    "max-mutating-requests-inflight": "0",
  },
  // After a restore, the lease of the former kwok would keep the new one from its pods until it expires.
  "kwok-controller": { "node-lease-duration-seconds": "0" },
  "kube-controller-manager": {
    // A stage of kwok binds claims, there are no volumes, and the node always exists.
    controllers: [
      "*",
      "-persistentvolume-binder-controller",
      "-persistentvolume-attach-detach-controller",
      "-persistentvolume-expander-controller",
      // Jobs that a CronJob creates by the clock are not an effect of the merge.
      "-cronjob-controller",
      "-node-lifecycle-controller",
      "-taint-eviction-controller",
    ].join(","),
    "kube-api-qps": "1000",
    "kube-api-burst": "2000",
    "concurrent-deployment-syncs": "20",
    "concurrent-replicaset-syncs": "20",
    "concurrent-namespace-syncs": "20",
  },
};

/** Without a scheduler: admission-policies.ts binds pods at creation, whatever nodes they ask for. */
export const rehearsalProfile: ControlPlaneProfile = {
  components: components
    .filter(({ name }) => name !== "kube-scheduler")
    .map((component) => ({
      ...component,
      // Short latency is worth more than memory here.
      env: { GOGC: component.name === "etcd" ? "200" : "400" },
      args: (pki) => ({ ...component.args(pki), ...extraArgs[component.name] }),
    })),
  stages: [...nodeStages(), ...instantPodStages(), claimBound()],
  options: { disableKubeScheduler: true },
};

/** Binds a claim at once, as a storage class with a provisioner does. */
function claimBound(): Stage {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name: "claim-bound" },
    spec: {
      resourceRef: { apiGroup: "v1", kind: "PersistentVolumeClaim" },
      selector: {
        matchExpressions: [
          { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
          { key: ".status.phase", operator: "NotIn", values: ["Bound"] },
        ],
      },
      // The API server does not let a claim shrink below its capacity.
      next: { statusTemplate: "phase: Bound\ncapacity:\n  storage: {{ .spec.resources.requests.storage | Quote }}\n" },
    },
  };
}
