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
    readonly lastAppliedRevision?: string;
    /** Value of the annotation {@link REQUESTED_AT} that the controller has answered last. */
    readonly lastHandledReconcileAt?: string;
    readonly inventory?: { readonly entries?: ReadonlyArray<{ readonly id: string; readonly v: string }> };
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly phase?: string;
  };
}

/** Asks a Flux controller to look now and not at its next interval. @see https://fluxcd.io/flux/components/kustomize/kustomizations/#triggering-a-reconcile */
export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

/** @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/ */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

/** Annotation that tells what one stack made from what anybody else did. */
export interface Mark {
  readonly annotation: string;
  readonly value: string;
}

/** What Flux and its workloads look like at one moment. */
export interface ClusterView {
  readonly sources: readonly KubeObject[];
  readonly kustomizations: readonly KubeObject[];
  /** Deployments, StatefulSets and DaemonSets, Flux's own among them. */
  readonly workloads: readonly KubeObject[];
  /** Pods beside Flux's controllers. @default not read: every controller has its replicas, or pods may not be read */
  readonly pods?: readonly Pod[];
}

/** `Kustomization default/myapp`, as messages name an object. */
export function nameOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return `${object.kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/**
 * Name under which some Pulumi program applied an object; which program it was is not to be known. undefined: none did.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
 */
export function pulumiManager({ metadata }: Pick<KubeObject, "metadata">): string | undefined {
  return metadata.managedFields?.find(({ manager }) => manager?.startsWith("pulumi-kubernetes"))?.manager;
}

export function condition(object: KubeObject, type: string): Condition | undefined {
  return object.status?.conditions?.find((one) => one.type === type);
}

/** Commit of a revision in any of Flux's forms: `main@sha1:4bce429…`, `main/4bce429…`. */
export function commitOf(revision: string | undefined): string | undefined {
  return revision?.match(/([0-9a-f]{40,64})$/)?.[1];
}
