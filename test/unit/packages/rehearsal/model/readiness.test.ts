import { expect, test } from "vitest";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import { readiness } from "../../../../../packages/rehearsal/model/readiness.js";

function one(apiVersion: string, kind: string, spec: object, status: object): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name: "a", namespace: "b", generation: 2 },
    spec,
    status: { observedGeneration: 2, ...status },
  };
}

const available = [
  { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
  { type: "Available", status: "True" },
];
const rolled = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, conditions: available };

function deployment(spec: object, status: object): KubeObject {
  return one("apps/v1", "Deployment", { replicas: 2, progressDeadlineSeconds: 600, ...spec }, { ...rolled, ...status });
}

test.each([
  ["rolled out", {}, {}, "ready"],
  ["ready, and not for minReadySeconds", { minReadySeconds: 60 }, { availableReplicas: 0 }, "progressing"],
  ["with old replicas beside the new ones", {}, { replicas: 3 }, "progressing"],
  ["whose new ReplicaSet is not available", {}, { conditions: available.slice(1) }, "progressing"],
  [
    "without a deadline, which never says so",
    { progressDeadlineSeconds: 2147483647 },
    { conditions: available.slice(1) },
    "ready",
  ],
  ["paused, and rolled out before", { paused: true }, {}, "ready"],
  ["paused with a new template", { paused: true }, { updatedReplicas: 0 }, "held"],
  [
    "paused since",
    { paused: true },
    { conditions: [{ type: "Progressing", status: "Unknown", reason: "DeploymentPaused" }] },
    "held",
  ],
  [
    "past its deadline",
    {},
    { updatedReplicas: 1, conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] },
    "hopeless",
  ],
  ["not observed", {}, { observedGeneration: 1 }, "progressing"],
])("a Deployment %s", (_, spec, status, state) => {
  expect(readiness(deployment(spec, status), []).state).toBe(state);
});

const set = {
  replicas: 2,
  readyReplicas: 2,
  currentReplicas: 0,
  updatedReplicas: 1,
  currentRevision: "a",
  updateRevision: "b",
};

test.each([
  ["updates those from its partition on", { updateStrategy: { rollingUpdate: { partition: 1 } } }, set, "ready"],
  ["updates all", { updateStrategy: { rollingUpdate: { partition: 0 } } }, set, "progressing"],
  ["updates a pod when that is deleted", { updateStrategy: { type: "OnDelete" } }, { replicas: 0 }, "ready"],
  ["of another revision", {}, { ...set, currentReplicas: 2 }, "progressing"],
])("a StatefulSet that %s", (_, spec, status, state) => {
  expect(readiness(one("apps/v1", "StatefulSet", { replicas: 2, ...spec }, status), []).state).toBe(state);
});

const daemons = {
  desiredNumberScheduled: 1,
  currentNumberScheduled: 1,
  updatedNumberScheduled: 1,
  numberAvailable: 1,
  numberReady: 1,
};

test.each([
  ["runs", {}, {}, "ready"],
  ["is not available for minReadySeconds", { minReadySeconds: 9 }, { numberAvailable: 0 }, "progressing"],
  [
    "keeps old pods until they are deleted",
    { updateStrategy: { type: "OnDelete" } },
    { updatedNumberScheduled: 0 },
    "held",
  ],
])("a DaemonSet that %s", (_, spec, status, state) => {
  expect(readiness(one("apps/v1", "DaemonSet", spec, { ...daemons, ...status }), []).state).toBe(state);
});

test.each([
  ["batch/v1", "Job", { suspend: true }, {}, "ready"],
  ["batch/v1", "Job", {}, { startTime: "now", active: 1 }, "progressing"],
  ["batch/v1", "Job", {}, { conditions: [{ type: "Complete", status: "True" }] }, "ready"],
  ["batch/v1", "Job", {}, { conditions: [{ type: "Failed", status: "True" }] }, "hopeless"],
  ["batch/v1", "CronJob", {}, {}, "ready"],
  ["v1", "Pod", {}, { phase: "Succeeded" }, "ready"],
  ["v1", "Pod", {}, { phase: "Running" }, "progressing"],
  ["v1", "PersistentVolumeClaim", {}, { phase: "Pending" }, "progressing"],
  ["example.com/v1", "Thing", {}, { conditions: [{ type: "Stalled", status: "True" }] }, "hopeless"],
  ["example.com/v1", "Thing", {}, { conditions: [{ type: "Reconciling", status: "True" }] }, "progressing"],
  ["example.com/v1", "Thing", {}, { conditions: [{ type: "Ready", status: "Unknown" }] }, "progressing"],
  ["example.com/v1", "Thing", {}, {}, "ready"],
  [
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    {},
    { conditions: [{ type: "NamesAccepted", status: "False" }] },
    "hopeless",
  ],
])("%s %s %j with %j", (apiVersion, kind, spec, status, state) => {
  expect(readiness(one(apiVersion, kind, spec, status), []).state).toBe(state);
});
