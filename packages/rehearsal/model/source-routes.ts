import { createHash } from "node:crypto";
import { isGitRepository, kustomizationOf, ownSource, type Root, SOURCE } from "./entries/root.js";
import { type Following, followings, idOf } from "./follows.js";
import { type KubeObject, listAt, textAt } from "./kube-objects.js";
import { folderIn } from "./reach.js";
import { sameRepository, spellingsOf } from "./repository-url.js";
import { objectsOf, type ScannedDocument } from "./scan.js";

/** The manifests of a repository at base and head. */
export interface ScannedTree {
  /** Name under which it is served: `t0`. */
  readonly name: string;
  /** URL of the clone's remote; sources with this URL read the tree. */
  readonly origin?: string;
  /** `NAMESPACE/NAME` of sources that read it, independent of their URL. */
  readonly as: readonly string[];
  readonly base: readonly ScannedDocument[];
  readonly head: readonly ScannedDocument[];
}

/**
 * A root for a tree without Flux objects: one Kustomization of a folder.
 *
 * @param others `NAMESPACE/NAME` of sources that read the same tree
 */
export function pathRoot(
  path: string,
  branch: string,
  targetNamespace: string | undefined,
  others: readonly string[] = [],
): Root {
  const metadata = { name: "rehearsal", namespace: "flux-system" };
  return {
    objects: [
      ownSource(metadata, branch),
      ...others.map((id) => ownSource({ namespace: id.split("/")[0] ?? "", name: id.split("/")[1] ?? "" }, branch)),
      kustomizationOf(metadata, path, targetNamespace),
    ],
    simulated: others.map((id) => `GitRepository ${id} reads this repository`),
  };
}

function rootSourceOf({ objects }: Root): KubeObject | undefined {
  return objects.find(({ kind }) => kind === "GitRepository");
}

/** Tree's name by the `NAMESPACE/NAME` or URL of the sources that read it. */
export function routing(
  trees: readonly ScannedTree[],
  root: Root,
  assumed: readonly KubeObject[] = [],
): Record<string, string> {
  const routes: Record<string, string> = {};
  const addresses = new Map<string, string>();
  const rootSource = rootSourceOf(root);
  for (const [index, { name, origin, as }] of trees.entries()) {
    if (origin) addresses.set(sameRepository(origin), name);
    // The first tree contains the root.
    if (index === 0 && rootSource) {
      routes[idOf(rootSource)] = name;
      addresses.set(sameRepository(textAt(rootSource, "spec", "url") ?? ""), name);
    }
    for (const source of as) routes[source] = name;
    if (origin) for (const spelling of [origin, ...spellingsOf(origin)]) routes[spelling] = name;
  }
  for (const source of gitRepositories(trees, root, assumed)) {
    const url = textAt(source, "spec", "url") ?? "";
    const name = addresses.get(sameRepository(url));
    if (name !== undefined) routes[url] = name;
  }
  return Object.fromEntries(Object.entries(routes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Every GitRepository in the trees, the root and the assumed objects. */
export function gitRepositories(
  trees: readonly ScannedTree[],
  root: Root,
  assumed: readonly KubeObject[] = [],
): KubeObject[] {
  const documents = trees.flatMap(({ base, head }) => [...base, ...head]);
  return [...[...root.objects, ...assumed].filter(isGitRepository), ...objectsOf(documents, SOURCE, "GitRepository")];
}

/** Name of the tree that a source reads; undefined for another source. */
export function routeOf(routes: Readonly<Record<string, string>>, source: KubeObject): string | undefined {
  const of = (key: string) => (Object.hasOwn(routes, key) ? routes[key] : undefined);
  return of(idOf(source)) ?? of(textAt(source, "spec", "url") ?? "");
}

/** Refs that the sources of a tree follow, each once. */
export function followingsOf(
  tree: ScannedTree,
  routes: Readonly<Record<string, string>>,
  sources: readonly KubeObject[],
  root: Root,
): Following[] {
  const rootSource = rootSourceOf(root);
  const own = sources.filter((source) => routeOf(routes, source) === tree.name);
  return followings(own, new Set(tree.as), rootSource && idOf(rootSource));
}

/** Whether a folder contains any file. */
export function holdsFiles(paths: Iterable<string>, folder: string): boolean {
  const prefix = folderIn(folder);
  for (const path of paths) if (prefix === "" || path.startsWith(`${prefix}/`)) return true;
  return false;
}

/** Arguments in a cluster's own Deployments of Flux, by controller. */
export function controllerArgumentsOf(
  deployments: readonly KubeObject[],
  flags: readonly string[],
): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const deployment of deployments) {
    if (deployment.kind !== "Deployment" || deployment.metadata.labels?.["app.kubernetes.io/part-of"] !== "flux")
      continue;
    const args = listAt(deployment, "spec", "template", "spec", "containers", 0, "args").filter(
      (arg) => typeof arg === "string",
    );
    const kept = args.filter((arg) => flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
    if (kept.length > 0) found[deployment.metadata.name] = kept;
  }
  return found;
}

/** Increased when a base is computed differently, so that stored bases are not used. */
const GENERATION = 7;

/** Short digest of everything that decides the state at a base. */
export function baseKey(parts: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([GENERATION, parts]))
    .digest("hex")
    .slice(0, 24);
}
