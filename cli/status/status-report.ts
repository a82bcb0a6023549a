import { assess, short } from "@timonier/health/delivery-health";
import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "@timonier/health/kube-object";
import type { Finding } from "@timonier/health/object-health";

/** Everything that `timonier status` shows; `--json` prints it as it is. */
export interface StatusReport {
  readonly stack: string;
  /** True when nothing is wrong; decides the exit code. */
  readonly ok: boolean;
  readonly cluster: ClusterStatus;
  readonly repositories: readonly RepositoryStatus[];
  readonly tokens: readonly TokenStatus[];
  /** Flux's controllers, sources and kustomizations. */
  readonly flux: readonly ObjectStatus[];
  /** What Flux applied besides itself. */
  readonly workloads: readonly ObjectStatus[];
  /** What is wrong, in the words of whatever said it. */
  readonly problems: readonly string[];
}

export interface ClusterStatus {
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly state: "running" | "degraded" | "stopped" | "absent" | "unreachable";
}

export interface RepositoryStatus {
  readonly url: string;
  readonly branch: string;
  /** Commit at the branch's head. */
  readonly head: string;
  /** Whether nobody may push to the branch. */
  readonly protected: boolean;
}

export interface TokenStatus {
  readonly name: string;
  /** Who uses it. */
  readonly owner: string;
  readonly scopes: readonly string[];
  /** Whole days until it expires; null for one that never does. */
  readonly daysLeft: number | null;
}

export interface ObjectStatus {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** Short commit for Flux's objects, `2/3` for workloads. */
  readonly revision: string;
  readonly message: string;
}

/** Days from now to an expiry, rounded down. */
export function daysLeft(expiresAt: string | null | undefined, now: number): number | null {
  return expiresAt ? Math.floor((Date.parse(expiresAt) - now) / 86_400_000) : null;
}

/** Rows for what Flux drives, from one view of the cluster. */
export function describe(
  view: ClusterView,
  repositories: readonly RepositoryStatus[],
): Pick<StatusReport, "flux" | "workloads"> {
  const heads = new Map(repositories.map(({ url, head }) => [url, head]));
  const findings = new Map(assess(view, { heads, required: [] }).map((one) => [one.object, one]));
  const row = (object: KubeObject) => objectStatus(object, findings.get(nameOf(object)));
  const isFlux = (object: KubeObject) => object.metadata.namespace === "flux-system";
  return {
    flux: [...view.workloads.filter(isFlux), ...view.sources, ...view.kustomizations].map(row),
    workloads: view.workloads.filter((one) => !isFlux(one)).map(row),
  };
}

function objectStatus(object: KubeObject, finding: Finding | undefined): ObjectStatus {
  const { name, namespace = "" } = object.metadata;
  return {
    kind: object.kind,
    namespace,
    name,
    ready: finding?.state === "ready",
    revision: revisionOf(object),
    message: finding ? finding.message || (condition(object, "Ready")?.message ?? "") : "not applied by Flux",
  };
}

function revisionOf(object: KubeObject): string {
  const { artifact, lastAppliedRevision, readyReplicas = 0 } = object.status ?? {};
  if (object.apiVersion.startsWith("apps/")) return `${readyReplicas}/${object.spec?.replicas ?? 1}`;
  return short(commitOf(artifact?.revision ?? lastAppliedRevision));
}
