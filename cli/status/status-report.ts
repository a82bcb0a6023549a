import { deliveryHealth, short } from "@timonier/health/delivery-health";
import { type ClusterView, commitOf, condition, type KubeObject, nameOf } from "@timonier/health/kube-object";
import type { ObjectHealth } from "@timonier/health/object-health";

/** Contents of `timonier status`; `--json` prints it as it is. */
export interface StatusReport {
  readonly stack: string;
  /** Whether there is no problem; decides the exit code. */
  readonly ok: boolean;
  readonly cluster: ClusterStatus;
  readonly repositories: readonly RepositoryStatus[];
  readonly tokens: readonly TokenStatus[];
  /** Flux controllers, sources, Kustomizations and image policies. */
  readonly flux: readonly ObjectStatus[];
  /** Workloads that Flux applied, without Flux itself. */
  readonly workloads: readonly ObjectStatus[];
  /** Problems, with the messages of their sources. */
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
  /** Commit at the head of the branch. */
  readonly head: string;
  /** Whether no user may push to the branch. */
  readonly protected: boolean;
}

export interface TokenStatus {
  readonly name: string;
  /** Use of the token. */
  readonly owner: string;
  readonly scopes: readonly string[];
  /** Whole days until it expires; null where it never expires. */
  readonly daysLeft: number | null;
}

export interface ObjectStatus {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** Short commit of a Flux object; tag of an ImagePolicy; `2/3` for a workload. */
  readonly revision: string;
  readonly message: string;
}

/** Days from now to an expiry, rounded down. */
export function daysLeft(expiresAt: string | null | undefined, now: number): number | null {
  return expiresAt ? Math.floor((Date.parse(expiresAt) - now) / 86_400_000) : null;
}

/**
 * Status of the objects that Flux manages.
 *
 * @param images objects of image automation
 */
export function describe(
  view: ClusterView,
  repositories: readonly RepositoryStatus[],
  images: readonly KubeObject[] = [],
): Pick<StatusReport, "flux" | "workloads"> {
  const heads = new Map(repositories.map(({ url, head }) => [url, head]));
  const healthByName = new Map(deliveryHealth(view, { heads, required: [] }).map((one) => [one.object, one]));
  const row = (object: KubeObject) => objectStatus(object, healthByName.get(nameOf(object)));
  const isFlux = (object: KubeObject) => object.metadata.namespace === "flux-system";
  return {
    flux: [
      ...[...view.workloads.filter(isFlux), ...view.sources, ...view.kustomizations].map(row),
      ...images.map(imageStatus),
    ],
    workloads: view.workloads.filter((one) => !isFlux(one)).map(row),
  };
}

/** An object of image automation: an ImagePolicy has the image that it selected as its message. */
function imageStatus(object: KubeObject): ObjectStatus {
  const { name, namespace = "" } = object.metadata;
  const { latestRef, lastPushCommit, observedGeneration = -1 } = object.status ?? {};
  const ready = condition(object, "Ready");
  const current = observedGeneration >= (object.metadata.generation ?? 0);
  const isReady = !object.spec?.suspend && current && ready?.status === "True";
  const reason = ready ? `${ready.reason}: ${ready.message}` : "its controller has not reconciled it yet";
  const problem = object.spec?.suspend ? "is suspended" : reason;
  const good = latestRef ? `latest image ${latestRef.name}:${latestRef.tag}` : (ready?.message ?? "");
  const revision = latestRef?.tag ?? (lastPushCommit ? short(lastPushCommit) : "");
  return { kind: object.kind, namespace, name, ready: isReady, revision, message: isReady ? good : problem };
}

function objectStatus(object: KubeObject, health: ObjectHealth | undefined): ObjectStatus {
  const { name, namespace = "" } = object.metadata;
  return {
    kind: object.kind,
    namespace,
    name,
    ready: health?.state === "ready",
    revision: revisionOf(object),
    message: health ? health.message || (condition(object, "Ready")?.message ?? "") : "not applied by Flux",
  };
}

function revisionOf(object: KubeObject): string {
  const { artifact, lastAppliedRevision, readyReplicas = 0 } = object.status ?? {};
  if (object.apiVersion.startsWith("apps/")) return `${readyReplicas}/${object.spec?.replicas ?? 1}`;
  return short(commitOf(artifact?.revision ?? lastAppliedRevision));
}
