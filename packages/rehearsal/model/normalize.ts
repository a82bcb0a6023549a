import { stringify } from "yaml";
import { at, groupKindOf, type KubeObject, type Metadata } from "./kube-objects.js";
import { CLUSTER_IP, restore } from "./restore.js";
import { type Fields, isAmong, writtenFields } from "./written.js";

/** Metadata that the API server sets, independent of the manifest. */
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

/** Annotations that the rehearsal or kubectl sets, independent of the manifest. */
const overwrittenAnnotations = ["kubectl.kubernetes.io/last-applied-configuration", "reconcile.fluxcd.io/requestedAt"];

/** Annotations that controllers write, unless a manifest does. */
const controllersAnnotations = [
  "deployment.kubernetes.io/revision",
  "deprecated.daemonset.template.generation",
  "reconcile.fluxcd.io/forceAt",
  "reconcile.fluxcd.io/resetAt",
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
  CLUSTER_IP,
];

/** Finalizer of Flux's own objects. Its manager is the same as for the objects that Flux applies. */
const FLUX_FINALIZER = "finalizers.fluxcd.io";

/** Owner labels of Flux. The report shows them as the owner. */
const ownerLabels = [
  "kustomize.toolkit.fluxcd.io/name",
  "kustomize.toolkit.fluxcd.io/namespace",
  "helm.toolkit.fluxcd.io/name",
  "helm.toolkit.fluxcd.io/namespace",
];

/** Whether a manifest set a field. Without managed fields, fields that controllers usually write count as theirs. */
type Written = (...path: readonly string[]) => boolean;

type Clean = Record<string, unknown> & { metadata: Record<string, unknown> };

/** Fields that controllers write, by `GROUP/KIND`. */
const rewrites: Readonly<Record<string, (object: Clean, written: Written) => void>> = {
  "apiextensions.k8s.io/CustomResourceDefinition": dropConversion,
  "/Namespace": dropNamespaceName,
  "/ServiceAccount": (object, written) => dropUnwritten(object, written, "secrets"),
  "/Service": dropAllocated,
  "/PersistentVolumeClaim": (object, written) => dropFromSpec(object, written, "volumeName"),
  "batch/Job": dropJobSelector,
};

/**
 * The object without the fields that the API server, controllers and Flux manage. A field that a
 * manifest set stays, even if controllers manage it in other objects.
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

/** The object as YAML with a stable order of fields. */
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

/** Finalizers that a manifest set: each is an item of its own in the managed fields. */
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

/** Removes a default of the API server, even if a manifest sets it. */
function dropConversion(object: Clean): void {
  const spec = specOf(object);
  if (at(spec, "conversion", "strategy") === "None") delete spec.conversion;
}

function dropNamespaceName(object: Clean, written: Written): void {
  const labels = object.metadata.labels as Record<string, string> | undefined;
  setOrDrop(object.metadata, "labels", without(labels, ["kubernetes.io/metadata.name"]));
  // Flux adds an empty spec to namespaces without one. The API server adds this finalizer to all of
  // them, and a restored namespace has it as a field that somebody wrote.
  const { finalizers } = (object.spec ?? {}) as { readonly finalizers?: readonly string[] };
  const isDefault = finalizers?.length === 1 && finalizers[0] === "kubernetes";
  if (isDefault || !written("spec", "finalizers")) delete object.spec;
}

/** Addresses and ports that the API server assigns. */
function dropAllocated(object: Clean, written: Written): void {
  if (object.spec === undefined) return;
  const spec = specOf(object);
  // `None` comes from a manifest.
  if (spec.clusterIP !== "None") dropFromSpec(object, written, "clusterIP", "clusterIPs");
  dropFromSpec(object, written, "healthCheckNodePort");
  if (spec.type !== "LoadBalancer" || !Array.isArray(spec.ports)) return;
  (object.spec as Record<string, unknown>).ports = spec.ports.map((port: Record<string, unknown>) => {
    const { nodePort: _nodePort, ...rest } = port;
    const key = `k:${JSON.stringify({ port: port.port, protocol: port.protocol ?? "TCP" })}`;
    return written("spec", "ports", key, "nodePort") ? port : rest;
  });
}

/** The labels of a Job's pods contain its uid. */
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
