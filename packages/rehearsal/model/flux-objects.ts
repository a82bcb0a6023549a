import { at, groupOf, type KubeObject, keyOf, listAt, type Snapshot, textAt } from "./kube-objects.js";

const sourceKinds = new Set([
  "GitRepository",
  "OCIRepository",
  "HelmRepository",
  "Bucket",
  "HelmChart",
  "ExternalArtifact",
]);

/** Whether an object is a Kustomization or a HelmRelease of Flux. */
export function isReconciliation(object: KubeObject): boolean {
  const group = groupOf(object.apiVersion);
  return (
    (object.kind === "Kustomization" && group === "kustomize.toolkit.fluxcd.io") ||
    (object.kind === "HelmRelease" && group === "helm.toolkit.fluxcd.io")
  );
}

/** Whether source-controller reconciles an object. */
export function isSource(object: KubeObject): boolean {
  return groupOf(object.apiVersion) === "source.toolkit.fluxcd.io" && sourceKinds.has(object.kind);
}

/** The source that an object reads, if it exists. */
export function sourceOf(object: KubeObject, flux: Snapshot): KubeObject | undefined {
  const key = sourceKeyOf(object);
  return key === undefined ? undefined : flux.find((one) => keyOf(one) === key);
}

/** Key of the source that an object reads. */
export function sourceKeyOf(object: KubeObject): string | undefined {
  const { spec, metadata } = object;
  const ref = at(spec, "sourceRef") ?? at(spec, "chartRef") ?? at(spec, "chart", "spec", "sourceRef");
  if (ref === undefined) return undefined;
  const namespace = textAt(ref, "namespace") ?? metadata.namespace;
  return `source.toolkit.fluxcd.io/${textAt(ref, "kind")}/${namespace ?? ""}/${textAt(ref, "name")}`;
}

/** Keys of an object's dependencies. */
export function dependenciesOf(object: KubeObject): string[] {
  const group = groupOf(object.apiVersion);
  return (listAt(object, "spec", "dependsOn") as ReadonlyArray<{ name: string; namespace?: string }>).map(
    ({ name, namespace = object.metadata.namespace }) => `${group}/${object.kind}/${namespace ?? ""}/${name}`,
  );
}
