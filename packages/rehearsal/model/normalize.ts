import { stringify } from "yaml";
import { at, groupKindOf, type KubeObject, type Metadata } from "./kube-objects.js";
import { CLUSTER_IP, restore } from "./restore.js";
import { type Fields, isAmong, writtenFields } from "./written.js";

/** What the API server writes into metadata, whatever a manifest says. */
const managed = [
  "managedFields",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
] as const;

/** Annotations that the rehearsal or kubectl overwrites, whatever a manifest says. */
const overwrittenAnnotations = ["kubectl.kubernetes.io/last-applied-configuration", "reconcile.fluxcd.io/requestedAt"];

/** Annotations that controllers write where no manifest does. */
const controllersAnnotations = [
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "reconcile.fluxcd.io/forceAt",
  "reconcile.fluxcd.io/resetAt",
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
  CLUSTER_IP,
];

/** Flux adds it to its own objects under the name with which it applies others. */
const FLUX_FINALIZER = "finalizers.fluxcd.io";

/** Labels by which Flux knows what it applied: the report says it as the owner. */
const ownerLabels = [
  "kustomize.toolkit.fluxcd.io/name",
  "kustomize.toolkit.fluxcd.io/namespace",
  "helm.toolkit.fluxcd.io/name",
  "helm.toolkit.fluxcd.io/namespace",
];

/** Whether a manifest wrote a field. Without managed fields nobody knows: what controllers write as a rule then counts as theirs. */
type Written = (...path: readonly string[]) => boolean;

type Clean = Record<string, unknown> & { metadata: Record<string, unknown> };

/** What controllers write into objects of a kind, by `GROUP/KIND`. */
const rewrites: Readonly<Record<string, (object: Clean, written: Written) => void>> = {
  "apiextensions.k8s.io/CustomResourceDefinition": dropConversion,
  "/Namespace": dropNamespaceName,
  "/ServiceAccount": (object, written) => dropUnwritten(object, written, "secrets"),
  "/Service": dropAllocated,
  "/PersistentVolumeClaim": (object, written) => dropFromSpec(object, written, "volumeName"),
  "batch/Job": dropJobSelector,
};

/**
 * The object as people write it: without what the API server, its controllers and Flux manage themselves. A field that a manifest wrote
 * stays, whatever controllers do with it elsewhere.
 */
export function normalize(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = restore(object);
  const fields = writtenFields(object);
  const written: Written = (...path) => fields !== undefined && isAmong(fields, path);
  const metadata = { ...rest.metadata } as Record<string, unknown>;
  for (const field of managed) delete metadata[field];
  if (!written("metadata", "ownerReferences")) delete metadata.ownerReferences;
  setOrDrop(metadata, "finalizers", finalizersOf(rest.metadata.finalizers, fields));
  const annotations = controllersAnnotations.filter((name) => !written("metadata", "annotations", name));
  setOrDrop(metadata, "annotations", without(rest.metadata.annotations, [...overwrittenAnnotations, ...annotations]));
  setOrDrop(metadata, "labels", without(rest.metadata.labels, ownerLabels));
  const clean: Clean = { ...rest, metadata };
  rewrites[groupKindOf(object)]?.(clean, written);
  return clean as unknown as KubeObject & { readonly metadata: Metadata };
}

/** The manifest as text: the same fields in the same order give the same lines. */
export function toText(object: KubeObject): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, sortMapEntries: true, version: "1.1" });
}

function setOrDrop(target: Record<string, unknown>, field: string, value: unknown): void {
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

/** Those finalizers that a manifest wrote: each is an item of its own in the managed fields. */
function finalizersOf(finalizers: unknown, fields: Fields | undefined): readonly string[] | undefined {
  const written = fields?.["f:metadata"]?.["f:finalizers"];
  if (written === undefined || !Array.isArray(finalizers)) return undefined;
  const kept = finalizers.filter((one) => one !== FLUX_FINALIZER && written[`v:${JSON.stringify(one)}`] !== undefined);
  return kept.length === 0 ? undefined : kept;
}

function dropUnwritten(object: Record<string, unknown>, written: Written, field: string): void {
  if (!written(field)) delete object[field];
}

function specOf(object: Record<string, unknown>): Record<string, unknown> {
  const spec = { ...(object.spec as Record<string, unknown> | undefined) };
  object.spec = spec;
  return spec;
}

function dropFromSpec(object: Clean, written: Written, ...names: readonly string[]): void {
  if (object.spec === undefined) return;
  const spec = specOf(object);
  for (const name of names) if (!written("spec", name)) delete spec[name];
}

/** The API server's default, whether a manifest writes it or not. */
function dropConversion(object: Clean): void {
  const spec = specOf(object);
  if (at(spec, "conversion", "strategy") === "None") delete spec.conversion;
}

function dropNamespaceName(object: Clean, written: Written): void {
  const labels = object.metadata.labels as Record<string, string> | undefined;
  setOrDrop(object.metadata, "labels", without(labels, ["kubernetes.io/metadata.name"]));
  // Flux writes an empty specification into namespaces that have none.
  if (!written("spec", "finalizers")) delete object.spec;
}

/** Addresses and ports that the API server gives out. */
function dropAllocated(object: Clean, written: Written): void {
  if (object.spec === undefined) return;
  const spec = specOf(object);
  // `None` is somebody's decision.
  if (spec.clusterIP !== "None") dropFromSpec(object, written, "clusterIP", "clusterIPs");
  dropFromSpec(object, written, "healthCheckNodePort");
  if (spec.type !== "LoadBalancer" || !Array.isArray(spec.ports)) return;
  (object.spec as Record<string, unknown>).ports = spec.ports.map((port: Record<string, unknown>) => {
    const { nodePort: _nodePort, ...rest } = port;
    const key = `k:${JSON.stringify({ port: port.port, protocol: port.protocol ?? "TCP" })}`;
    return written("spec", "ports", key, "nodePort") ? port : rest;
  });
}

/** The labels of a Job's pods hold its uid. */
function dropJobSelector(object: Clean, written: Written): void {
  const spec = specOf(object);
  if (spec.manualSelector === true || written("spec", "selector")) return;
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
