import { createHash } from "node:crypto";
import { posix } from "node:path";
import { sameRepository } from "./address.js";
import { at, type KubeObject, listAt, textAt } from "./objects.js";
import { objectsOf, parsed, type ScannedDocument } from "./scan.js";

/** One repository of a rehearsal, seen from its two sides. */
export interface PlannedTree {
  /** Name under which it is served: `t0`. */
  readonly name: string;
  /** Address of the clone's remote; sources with it read this tree. */
  readonly origin?: string;
  /** `NAMESPACE/NAME` of sources that read it whatever their address. */
  readonly as: readonly string[];
  readonly base: readonly ScannedDocument[];
  readonly head: readonly ScannedDocument[];
}

/** What a cluster begins with: the objects that `flux bootstrap` once applied, or those that stand for them. */
export interface Root {
  /** `clusters/production`; undefined where the tree has no cluster. */
  readonly cluster?: string;
  readonly objects: readonly KubeObject[];
}

const SOURCE = "source.toolkit.fluxcd.io";
const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";

/** Folders of a tree that a cluster's Flux follows, by their `flux-system/gotk-sync.yaml`, with what it holds. */
export function clustersOf(documents: readonly ScannedDocument[]): Root[] {
  const folders = new Map<string, KubeObject[]>();
  for (const document of documents) {
    if (!/(^|\/)flux-system\/gotk-sync\.yaml$/.test(document.path)) continue;
    const object = parsed(document);
    if (!object) continue;
    const folder = posix.dirname(posix.dirname(document.path));
    folders.set(folder, [...(folders.get(folder) ?? []), object]);
  }
  return [...folders].map(([cluster, objects]) => ({ cluster, objects }));
}

/** What stands for Flux's own objects where a tree has none: one Kustomization of a folder. */
export function pathRoot(path: string, branch: string, targetNamespace: string | undefined): Root {
  const metadata = { name: "rehearsal", namespace: "flux-system" };
  const source = {
    apiVersion: `${SOURCE}/v1`,
    kind: "GitRepository",
    metadata,
    spec: { interval: "1h", url: "https://rehearsal.invalid/tree.git", ref: { branch } },
  };
  const kustomization = {
    apiVersion: `${KUSTOMIZE}/v1`,
    kind: "Kustomization",
    metadata,
    spec: {
      interval: "1h",
      path,
      prune: true,
      sourceRef: { kind: "GitRepository", name: metadata.name },
      ...(targetNamespace && { targetNamespace }),
    },
  };
  return { objects: [source, kustomization] };
}

/** Tree's name by each source's `NAMESPACE/NAME` or address that reads it. */
export function routing(trees: readonly PlannedTree[], root: Root): Record<string, string> {
  const routes: Record<string, string> = {};
  const addresses = new Map<string, string>();
  const rootSource = root.objects.find(({ kind }) => kind === "GitRepository");
  for (const [index, { name, origin, as }] of trees.entries()) {
    if (origin) addresses.set(sameRepository(origin), name);
    // The first tree is the one that has the root.
    if (index === 0 && rootSource) {
      routes[`${rootSource.metadata.namespace}/${rootSource.metadata.name}`] = name;
      addresses.set(sameRepository(textAt(rootSource, "spec", "url") ?? ""), name);
    }
    for (const source of as) routes[source] = name;
    if (origin) routes[origin] = name;
  }
  for (const source of gitRepositories(trees, root)) {
    const url = textAt(source, "spec", "url") ?? "";
    const name = addresses.get(sameRepository(url));
    if (name !== undefined) routes[url] = name;
  }
  return Object.fromEntries(Object.entries(routes).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Every GitRepository that is written down anywhere. */
export function gitRepositories(trees: readonly PlannedTree[], root: Root): KubeObject[] {
  const documents = trees.flatMap(({ base, head }) => [...base, ...head]);
  return [
    ...root.objects.filter(({ kind }) => kind === "GitRepository"),
    ...objectsOf(documents, SOURCE, "GitRepository"),
  ];
}

/** Names of refs that sources of a tree follow: `refs/heads/main`. */
export function refsOf(
  tree: string,
  routes: Readonly<Record<string, string>>,
  sources: readonly KubeObject[],
): string[] {
  const of = sources.filter((source) => {
    const { namespace, name } = source.metadata;
    return (routes[`${namespace}/${name}`] ?? routes[textAt(source, "spec", "url") ?? ""]) === tree;
  });
  return [...new Set(of.flatMap((source) => refOfSource(source) ?? []))];
}

/** The ref that a source follows; undefined: a commit, or a range of versions. @see https://fluxcd.io/flux/components/source/gitrepositories/#reference */
export function refOfSource(source: KubeObject): string | undefined {
  const ref = (at(source, "spec", "ref") ?? {}) as Readonly<Record<string, string>>;
  if (ref.commit || ref.semver) return ref.semver && !ref.commit ? `refs/tags/${versionIn(ref.semver)}` : undefined;
  if (ref.name) return ref.name;
  if (ref.tag) return `refs/tags/${ref.tag}`;
  return `refs/heads/${ref.branch ?? "master"}`;
}

/** A version that a range allows: the one that it begins with. */
function versionIn(range: string): string {
  const [, major = "0", minor = "0", patch = "0"] = /(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(range) ?? [];
  const exclusive = /^\s*>(?!=)/.test(range);
  return `${major}.${minor}.${exclusive ? Number(patch) + 1 : patch}`;
}

/** Whether anything under a folder says its own namespace: if nothing does, Flux has to be told one. */
export function saysNamespace(documents: readonly ScannedDocument[], folder: string): boolean {
  const prefix = `${fromTop(folder)}/`;
  const inside = documents.filter(({ path }) => prefix === "/" || path.startsWith(prefix));
  return inside.some(({ text }) => /^\s*["']?namespace["']?:/m.test(text));
}

/** `./apps/web/` and `/apps/web` → `apps/web`, `.` → ``. */
function fromTop(folder: string): string {
  return posix.join("/", folder).replace(/^\/|\/$/g, "");
}

/** Whether a folder holds anything at all. */
export function holdsFiles(paths: Iterable<string>, folder: string): boolean {
  const prefix = fromTop(folder);
  for (const path of paths) if (prefix === "" || path.startsWith(`${prefix}/`)) return true;
  return false;
}

/** Arguments of the controllers in a cluster's own Deployments of Flux, by the program's name. */
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

/** Raised when bases are looked at otherwise: what was kept before is used no more. */
const GENERATION = 3;

/** Short digest of everything that decides what a base is. */
export function baseKey(parts: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify([GENERATION, parts]))
    .digest("hex")
    .slice(0, 24);
}
