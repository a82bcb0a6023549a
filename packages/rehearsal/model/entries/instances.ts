import { at, textAt } from "../kube-objects.js";
import { folderIn } from "../reach.js";
import { objectsOf, parsed } from "../scan.js";
import { yamlDocuments } from "../yaml-text.js";
import { type EntryTree, isName, kustomizationOf, ownSource, type Root } from "./root.js";

/**
 * Found by the `sync` of a FluxInstance, of the values of its chart, or of a file with such values.
 *
 * @see https://fluxcd.control-plane.io/operator/fluxinstance/
 */
export function instances({ documents, files, branch }: EntryTree): Root[] {
  const own = objectsOf(documents, "fluxcd.controlplane.io", "FluxInstance").map((one) => ({
    sync: at(one, "spec", "sync"),
    namespace: textAt(one, "metadata", "namespace"),
  }));
  const inReleases = documents
    .filter(({ kind, text }) => kind === "HelmRelease" && /\binstance\b/.test(text) && /\bsync\b/.test(text))
    .flatMap((document) => parsed(document) ?? [])
    .map((one) => ({
      sync: at(one, "spec", "values", "instance", "sync"),
      namespace: textAt(one, "spec", "targetNamespace") ?? textAt(one, "metadata", "namespace"),
    }));
  const inValues = [...files.values()]
    .filter((text) => /^instance:\s*$/m.test(text) && /^\s+sync:\s*$/m.test(text))
    .map((text) => ({ sync: at(valuesIn(text), "instance", "sync"), namespace: undefined }));
  return [...own, ...inReleases, ...inValues].flatMap(
    ({ sync, namespace }) => rootOfSync(sync, namespace, branch) ?? [],
  );
}

function valuesIn(text: string): unknown {
  try {
    return yamlDocuments(text)[0]?.toJS();
  } catch {
    return undefined;
  }
}

function rootOfSync(sync: unknown, space: string | undefined, branch: string): Root | undefined {
  const [path, url] = [textAt(sync, "path"), textAt(sync, "url")];
  if (path === undefined || url === undefined) return undefined;
  const kind = textAt(sync, "kind") ?? "GitRepository";
  const namespace = space && isName(space) ? space : "flux-system";
  const name = textAt(sync, "name") ?? namespace;
  const isGit = kind === "GitRepository" && /^(https?|ssh):\/\//.test(url);
  const ref = textAt(sync, "ref");
  const metadata = { name: isName(name) ? name : "flux-system", namespace };
  const source = ownSource(metadata, branch);
  const ownRef = { ...source, spec: { interval: "1h", url, ...(ref ? { ref: { name: ref } } : { ref: { branch } }) } };
  return {
    cluster: folderIn(path) || ".",
    objects: [isGit ? ownRef : source, kustomizationOf(metadata, path)],
    ...(!isGit && {
      artifacts: [`${kind} ${namespace}/${metadata.name}`],
      simulated: [`${kind} ${namespace}/${metadata.name} (${url}) reads this repository`],
    }),
  };
}
