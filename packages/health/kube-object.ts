import type { Pod } from "./pod-reason.js";

/** The part of a Kubernetes object that is read here. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: ReadonlyArray<{ readonly manager?: string }>;
  };
  readonly spec?: {
    readonly url?: string;
    readonly suspend?: boolean;
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly sourceRef?: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly dependsOn?: ReadonlyArray<{ readonly name: string; readonly namespace?: string }>;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
    readonly artifact?: { readonly revision?: string };
    /** Image that an ImagePolicy selected. */
    readonly latestRef?: { readonly name: string; readonly tag: string };
    /** Commit of the last push of an ImageUpdateAutomation. */
    readonly lastPushCommit?: string;
    readonly lastAppliedRevision?: string;
    /** What a Kustomization applied, newest first. @default none, before Flux 2.7 */
    readonly history?: readonly Reconciled[];
    /** Value that the annotation {@link REQUESTED_AT} had in the last reconciliation. */
    readonly lastHandledReconcileAt?: string;
    readonly inventory?: { readonly entries?: ReadonlyArray<{ readonly id: string; readonly v: string }> };
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly phase?: string;
  };
}

/**
 * Annotation that requests a reconciliation now.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile
 */
export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

/**
 * Reconciliations of a Kustomization that had equal manifests and an equal status. Flux moves the
 * entry to the front when they come back.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#history
 */
export interface Reconciled {
  /** Digest of the manifests. */
  readonly digest: string;
  readonly firstReconciled: string;
  readonly lastReconciled: string;
  /** Reason of the condition Ready: `ReconciliationSucceeded`, `HealthCheckFailed`. */
  readonly lastReconciledStatus: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/ */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** Annotation on the objects that a stack created, which distinguishes them from objects of other owners. */
export interface OwnerAnnotation {
  readonly annotation: string;
  readonly value: string;
}

/** Flux objects and workloads at one moment. */
export interface ClusterView {
  readonly sources: readonly KubeObject[];
  readonly kustomizations: readonly KubeObject[];
  /** Deployments, StatefulSets and DaemonSets, Flux's own among them. */
  readonly workloads: readonly KubeObject[];
  /**
   * Pods in the namespace of Flux.
   *
   * @default not read, because every controller has its replicas or the user may not list pods
   */
  readonly pods?: readonly Pod[];
}

/** Name of an object in messages: `Kustomization default/myapp`. */
export function nameOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return `${object.kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/**
 * Field manager of a Pulumi program that applied an object; it does not say which program.
 *
 * @returns undefined where none did
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export function pulumiManager({ metadata }: Pick<KubeObject, "metadata">): string | undefined {
  return metadata.managedFields?.find(({ manager }) => manager?.startsWith("pulumi-kubernetes"))?.manager;
}

export function condition(object: KubeObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((one) => one.type === type);
}

/** Commit in a revision of any of Flux's forms: `main@sha1:4bce429…`, `main/4bce429…`. */
export function commitOf(revision: string | undefined): string | undefined {
  return revision?.match(/([0-9a-f]{40,64})$/)?.[1];
}
