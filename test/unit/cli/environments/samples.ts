import type { EnvironmentFacts } from "../../../../cli/environments/application-states.js";
import type { ClusterView, KubeObject } from "../../../../packages/health/kube-object.js";
import type { ApplicationRecord, ProgramRecord } from "../../../../packages/manifests/program-record.js";

/** A commit of forty equal digits. */
export const commit = (digit: string | number) => `${digit}`.repeat(40);

/** Time of all tests. */
export const now = new Date("2026-11-29T12:00:00Z");

export const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000).toISOString();

/** Records of applications: `shop: "a"` was synthesized from a program with this text as its digest. */
export function record(
  synthesis: Readonly<Record<string, string>>,
  more: Partial<ApplicationRecord> = {},
): ProgramRecord {
  const entries = Object.entries(synthesis).map(([name, digest]): [string, ApplicationRecord] => {
    const program = commit(digest.length);
    return [name, { program, synthesis: digest, folder: `applications/${name}`, kustomization: name, ...more }];
  });
  return new Map(entries);
}

/** A Kustomization that applied a revision, and has been Ready for some minutes. @param readyFor undefined: it is not Ready */
export function kustomization(name: string, revision: string, readyFor: number | undefined): KubeObject {
  const ready = readyFor !== undefined;
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: "default", generation: 1 },
    spec: { sourceRef: { kind: "GitRepository", name: "myappsource" } },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: `main@sha1:${revision}`,
      conditions: [
        ready
          ? { type: "Ready", status: "True", reason: "ReconciliationSucceeded", message: "applied" }
          : { type: "Ready", status: "False", reason: "HealthCheckFailed", message: "timeout" },
      ],
      ...(ready && {
        history: [
          {
            digest: "sha256:0",
            firstReconciled: minutesAgo(readyFor),
            lastReconciled: now.toISOString(),
            lastReconciledStatus: "ReconciliationSucceeded",
          },
        ],
      }),
    },
  };
}

export function view(...kustomizations: readonly KubeObject[]): ClusterView {
  return { sources: [], kustomizations, workloads: [] };
}

/** An environment without clusters and records. */
export function facts(name: string, more: Partial<EnvironmentFacts> = {}, soak = 0): EnvironmentFacts {
  return {
    environment: { name, position: 0, soak, exclude: [], autoMerge: false, patch: {} },
    clusters: [],
    records: new Map(),
    mergeRequests: [],
    ...more,
  };
}
