import type { ClusterView, KubeObject } from "@timonier/health/kube-object";
import { sourceName } from "../../apps/delivery.js";
import type { Application } from "../../constructs/application.js";

/** Commit that the cluster has. */
export const revision = "0123456789".repeat(4);

const applied = `main@sha1:${revision}`;
const time = "2026-01-01T12:00:00Z";

/** One of so many applications waits for the one before it. */
const ONE_OF = 20;

/** A cluster with a Kustomization and a Deployment for each application. */
export function clusterView(applications: readonly Application[], url: string): ClusterView {
  const source: KubeObject = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: sourceName, namespace: "default", generation: 1 },
    spec: { url },
    status: { ...ready(true), artifact: { revision: applied } },
  };
  return {
    sources: [source],
    kustomizations: applications.map((one, index) => kustomization(one, index % ONE_OF !== 1)),
    workloads: applications.map(({ name }) => deployment(name)),
  };
}

function kustomization({ kustomization: name, dependsOn }: Application, isReady: boolean): KubeObject {
  const ids = ["_Service", "_ServiceAccount", "apps_Deployment", "policy_PodDisruptionBudget"];
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "default", generation: 1 },
    spec: {
      sourceRef: { kind: "GitRepository", name: sourceName },
      dependsOn: dependsOn.map((other) => ({ name: other.kustomization })),
    },
    status: {
      ...ready(isReady),
      lastAppliedRevision: applied,
      history: [
        {
          digest: `sha256:${revision}`,
          firstReconciled: time,
          lastReconciled: time,
          lastReconciledStatus: "ReconciliationSucceeded",
        },
      ],
      inventory: { entries: ids.map((id) => ({ id: `default_${name}_${id}`, v: "v1" })) },
    },
  };
}

function deployment(name: string): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default", generation: 1 },
    spec: { replicas: 2 },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      conditions: [{ type: "Available", status: "True", lastTransitionTime: time }],
    },
  };
}

function ready(isReady: boolean): NonNullable<KubeObject["status"]> {
  const condition = isReady
    ? { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: `Applied revision: ${applied}` }
    : { type: "Ready", status: "False", reason: "DependencyNotReady", message: "dependency is not ready" };
  return { observedGeneration: 1, conditions: [condition] };
}
