import { components } from "@timonier/control-plane/components";
import type { ControlPlaneProfile } from "@timonier/control-plane/kwokctl";
import { instantPodStages, nodeStages, type Stage } from "@timonier/control-plane/stages";
import { serviceNetwork } from "./service-network.js";

/** Arguments by component's name, beside those of every embedded control plane. */
const extraArgs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "kube-apiserver": {
    // No program of a webhook runs here: each call would be refused or time out. They are reported as not evaluated.
    // Claims grow by the rules of volume-growth.ts.
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
  // A lease of the node would keep the next kwok, after the control plane was set back, from its pods until it has expired.
  "kwok-controller": { "node-lease-duration-seconds": "0" },
  "kube-controller-manager": {
    // Claims are bound by a stage of kwok, there are no volumes; the one node is always there.
    controllers: [
      "*",
      "-persistentvolume-binder-controller",
      "-persistentvolume-attach-detach-controller",
      "-persistentvolume-expander-controller",
      // What a CronJob does at its time is no effect of a merge.
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

/** Without a scheduler: pods are bound when they are made (admission.ts), whatever nodes they ask for. */
export const rehearsalProfile: ControlPlaneProfile = {
  components: components
    .filter(({ name }) => name !== "kube-scheduler")
    .map((component) => ({
      ...component,
      // Memory is given back soon; an answer is wanted at once.
      env: { GOGC: component.name === "etcd" ? "200" : "400" },
      args: (pki) => ({ ...component.args(pki), ...extraArgs[component.name] }),
    })),
  stages: [...nodeStages(), ...instantPodStages(), claimBound()],
  options: { disableKubeScheduler: true },
};

/** A claim counts as bound at once, as with a storage class that provides for it. */
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
      // Its capacity is what it may not shrink below.
      next: { statusTemplate: "phase: Bound\ncapacity:\n  storage: {{ .spec.resources.requests.storage | Quote }}\n" },
    },
  };
}
