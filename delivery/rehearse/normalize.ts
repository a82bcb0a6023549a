import { stringify } from "yaml";
import type { KubeObject, Metadata } from "./objects.js";
import { restore } from "./restore.js";

/** What the API server and controllers write into metadata. */
const managed = [
  "managedFields",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "ownerReferences",
  "finalizers",
] as const;

const managedAnnotations = [
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "kubectl.kubernetes.io/last-applied-configuration",
  "reconcile.fluxcd.io/requestedAt",
  "reconcile.fluxcd.io/forceAt",
  "reconcile.fluxcd.io/resetAt",
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
];

/** Labels by which Flux knows what it applied: the report says it as the owner. */
const ownerLabels = [
  "kustomize.toolkit.fluxcd.io/name",
  "kustomize.toolkit.fluxcd.io/namespace",
  "helm.toolkit.fluxcd.io/name",
  "helm.toolkit.fluxcd.io/namespace",
];

/** The object as people write it: without what the API server, its controllers and Flux manage themselves. */
export function normalize(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = restore(object);
  const metadata = { ...rest.metadata } as Record<string, unknown>;
  for (const field of managed) delete metadata[field];
  setOrDrop(metadata, "annotations", without(rest.metadata.annotations, managedAnnotations));
  setOrDrop(metadata, "labels", without(rest.metadata.labels, ownerLabels));
  const clean = { ...rest, metadata: metadata as unknown as Metadata } as Record<string, unknown>;
  if (object.kind === "CustomResourceDefinition") dropConversion(clean);
  if (object.kind === "Namespace") dropNamespaceName(clean);
  if (object.kind === "ServiceAccount") delete clean.secrets;
  if (object.kind === "Service") dropAllocated(clean);
  if (object.kind === "PersistentVolumeClaim") dropVolume(clean);
  if (object.kind === "Job") dropJobSelector(clean);
  return clean as unknown as KubeObject;
}

/** The manifest as text: the same fields in the same order give the same lines. */
export function toText(object: KubeObject): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true, version: "1.1" });
}

function setOrDrop(target: Record<string, unknown>, field: string, value: Record<string, string> | undefined): void {
  if (value === undefined) delete target[field];
  else target[field] = value;
}

function without(
  values: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
): Record<string, string> | undefined {
  const kept = Object.entries(values ?? {}).filter(([name]) => !names.includes(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function specOf(object: Record<string, unknown>): Record<string, unknown> {
  const spec = { ...(object.spec as Record<string, unknown> | undefined) };
  object.spec = spec;
  return spec;
}

/** Webhooks of definitions are taken out by the rehearsal, on both sides. */
function dropConversion(object: Record<string, unknown>): void {
  delete specOf(object).conversion;
}

function dropNamespaceName(object: Record<string, unknown>): void {
  const metadata = object.metadata as Record<string, unknown>;
  setOrDrop(
    metadata,
    "labels",
    without(metadata.labels as Record<string, string> | undefined, ["kubernetes.io/metadata.name"]),
  );
  delete object.spec;
}

/** Addresses and ports that the API server gives out. */
function dropAllocated(object: Record<string, unknown>): void {
  const spec = specOf(object);
  // `None` is somebody's decision.
  if (spec.clusterIP !== "None") {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  if (spec.type === "LoadBalancer") {
    delete spec.healthCheckNodePort;
    if (Array.isArray(spec.ports)) spec.ports = spec.ports.map(({ nodePort: _nodePort, ...port }) => port);
  }
}

function dropVolume(object: Record<string, unknown>): void {
  delete specOf(object).volumeName;
}

/** The labels of a Job's pods hold its uid. */
function dropJobSelector(object: Record<string, unknown>): void {
  const spec = specOf(object);
  if (spec.manualSelector === true) return;
  delete spec.selector;
  const template = spec.template as { metadata?: { labels?: Record<string, string> } } | undefined;
  const generated = [
    "controller-uid",
    "job-name",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
  ];
  const labels = without(template?.metadata?.labels, generated);
  const { labels: _labels, ...metadata } = template?.metadata ?? {};
  spec.template = { ...template, metadata: { ...metadata, ...(labels && { labels }) } };
}
