import { at, type KubeObject, textAt } from "../kube-objects.js";
import { objectsOf, type ScannedDocument } from "../scan.js";
import { isName, KUSTOMIZE, ownSource, type Root, SOURCE } from "./root.js";

/** `NAMESPACE/NAME` of the GitRepositories that objects of a tree read and that no manifest defines. */
export function undefinedSources(documents: readonly ScannedDocument[], namespaces: readonly string[]): string[] {
  const defined = new Set(objectsOf(documents, SOURCE, "GitRepository").map(({ metadata }) => metadata.name));
  const users = [
    ...objectsOf(documents, KUSTOMIZE, "Kustomization").map((one) => ({ one, ref: at(one, "spec", "sourceRef") })),
    ...objectsOf(documents, "helm.toolkit.fluxcd.io", "HelmRelease").map((one) => ({
      one,
      ref: at(one, "spec", "chart", "spec", "sourceRef"),
    })),
  ];
  const ids = users.flatMap(({ one, ref }) => {
    const [kind, name] = [textAt(ref, "kind"), textAt(ref, "name")];
    if (kind !== "GitRepository" || name === undefined || defined.has(name) || !isName(name)) return [];
    const namespace = textAt(ref, "namespace") ?? textAt(one, "metadata", "namespace");
    return namespaces
      .filter((known) => namespace === undefined || namespace === known)
      .map((known) => `${known}/${name}`);
  });
  return [...new Set(ids)];
}

/** Namespaces of the root objects, without those that every cluster has. */
export function namespacesOf(objects: readonly KubeObject[]): KubeObject[] {
  const names = objects.flatMap(({ metadata: { namespace } }) => namespace ?? []);
  return [...new Set(names)]
    .filter((name) => name !== "flux-system" && name !== "default")
    .map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

/**
 * A root with a GitRepository for each artifact that the user provides a clone for: `--source` may
 * name one of any kind.
 */
export function withArtifacts(root: Root, documents: readonly ScannedDocument[], named: readonly string[]): Root {
  const kinds = ["OCIRepository", "Bucket"];
  const sources = kinds.flatMap((kind) =>
    objectsOf(documents, SOURCE, kind).map(({ metadata }) => ({ kind, metadata })),
  );
  const found = sources.filter(({ metadata: { namespace, name } }) => named.includes(`${namespace}/${name}`));
  const ids = [...new Set(found.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace}/${name}`))];
  if (ids.length === 0) return root;
  const repositories = ids.map((id) => {
    const [namespace = "", name = ""] = id.slice(id.indexOf(" ") + 1).split("/");
    return ownSource({ namespace, name }, "main");
  });
  return { ...root, objects: [...root.objects, ...repositories], artifacts: [...(root.artifacts ?? []), ...ids] };
}
