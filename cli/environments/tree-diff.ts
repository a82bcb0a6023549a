import { ownedFilesName } from "@timonier/manifests/owned-files";
import type { Tree, Trees } from "@timonier/manifests/tree";
import { isKubeObject, type KubeObject, keyOf, labelOf } from "@timonier/rehearsal/model/kube-objects";
import { manifestDiff, textDiff } from "@timonier/rehearsal/model/object-diff";
import { parseAllDocuments } from "yaml";
import { environmentFolder } from "../../apps/main.js";

/** What an environment gets. */
export interface EnvironmentTrees {
  readonly environment: string;
  /** Folder of the cluster in the setup repository. */
  readonly clusterFolder: string;
  readonly trees: Trees;
}

/** An object, or another file, that differs between two environments. */
export interface ObjectDifference {
  readonly repository: keyof Trees;
  /** Path of its file below the folder of the environment, or of the cluster. */
  readonly path: string;
  /** `Deployment shop/web`; the name of a file that is not a manifest. */
  readonly object: string;
  readonly change: "added" | "removed" | "changed";
  /** Unified diff. */
  readonly diff: string;
}

/** Compares what two environments get, object by object. The folder of an environment is no difference. */
export function treeDifferences(from: EnvironmentTrees, to: EnvironmentTrees): ObjectDifference[] {
  return (["application", "setup"] as const).flatMap((repository) => {
    const [before, after] = [partsOf(from, repository), partsOf(to, repository)];
    const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
    return keys.flatMap((key) => {
      const [one, other] = [before.get(key), after.get(key)];
      const diff = differenceOf(one, other);
      if (diff === "") return [];
      const { path, object, text } = (one ?? other) as Part;
      const change = one ? (other ? "changed" : "removed") : "added";
      return [{ repository, path, object: text === undefined ? labelOf(object) : path, change, diff } as const];
    });
  });
}

/** An object, or a file that is not a manifest. */
type Part =
  | { readonly path: string; readonly object: KubeObject; readonly text?: undefined }
  | { readonly path: string; readonly object?: undefined; readonly text: string };

function differenceOf(one: Part | undefined, other: Part | undefined): string {
  if (one?.text === undefined && other?.text === undefined) return manifestDiff(one?.object, other?.object);
  const name = (part: Part | undefined) => part?.path ?? "/dev/null";
  return textDiff(name(one), name(other), [one?.text ?? "", other?.text ?? ""]);
}

/** Objects and files by a key that is equal in both environments. */
function partsOf({ environment, clusterFolder, trees }: EnvironmentTrees, repository: keyof Trees): Map<string, Part> {
  const folder = repository === "setup" ? clusterFolder : environmentFolder(environment);
  const parts = [...(trees[repository] satisfies Tree)].flatMap(([file, text]): Array<[string, Part]> => {
    const path = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
    if (path.split("/").at(-1) === ownedFilesName) return [];
    const plain = withoutFolder(text, environment);
    const objects = objectsIn(path, plain);
    if (objects === undefined) return [[path, { path, text: plain }]];
    return objects.map((object) => [`${path}\n${keyOf(object)}`, { path, object }]);
  });
  return new Map(parts);
}

/** Paths in manifests, such as that of a Kustomization, begin with the folder of the environment. */
function withoutFolder(text: string, environment: string): string {
  return text.replaceAll(new RegExp(`(?<![\\w./-])(\\./)?${environmentFolder(environment)}/`, "g"), "$1");
}

/** @returns undefined for a file with anything that is not a Kubernetes object */
function objectsIn(path: string, text: string): readonly KubeObject[] | undefined {
  if (!/\.ya?ml$/.test(path)) return undefined;
  const documents = parseAllDocuments(text, { logLevel: "silent" });
  const isBroken = !Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0);
  if (isBroken) return undefined;
  const values = documents.map((document): unknown => document.toJS()).filter((value) => value !== null);
  return values.every(isKubeObject) ? values : undefined;
}
