import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { NotEvaluated } from "@timonier/report/model";
import type { Root } from "../model/entries/root.js";
import { undefinedSources, withArtifacts } from "../model/entries/root-objects.js";
import { clustersOf } from "../model/entries.js";
import { isSource } from "../model/flux-objects.js";
import { followedBy, notInClone } from "../model/follows.js";
import { type KubeObject, labelOf, type Snapshot, textAt } from "../model/kube-objects.js";
import { namesNamespace } from "../model/reach.js";
import { parsed, scan } from "../model/scan.js";
import { followingsOf, gitRepositories, holdsFiles, pathRoot, routing } from "../model/source-routes.js";
import { type ComparedRepository, otherRepository, type Repository } from "./compared-revisions.js";
import type { ProvidedSource } from "./provided/provided-sources.js";
import { providedOf } from "./provided/provided-sources.js";
import { describeProvided, givenSources } from "./provided/source-options.js";
import { gitServer, type RehearsalCluster } from "./rehearsal-cluster.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import type { RehearsalRequest } from "./request.js";
import { setRefs } from "./served-repository.js";
import { type ServedTree, serveTree } from "./served-trees.js";
import { type FollowedRef, resolveFollowed } from "./tree-refs.js";

/** What is rehearsed for one cluster: read from the trees, before anything runs. */
export interface RehearsalPlan {
  readonly trees: readonly ServedTree[];
  readonly root: Root;
  /** Tree's name by `NAMESPACE/NAME` or URL of a GitRepository. */
  readonly routes: Readonly<Record<string, string>>;
  /** Branches, tags and commits that sources follow, by the tree's name. */
  readonly followed: ReadonlyMap<string, readonly FollowedRef[]>;
  /** Branch that the merge changes. */
  readonly target: string;
  readonly assumed: readonly KubeObject[];
  /** Sources whose content is given as files. */
  readonly provided: readonly ProvidedSource[];
  readonly simulated: readonly string[];
  /**
   * Folder that is rehearsed as a cluster, because the tree has none and no option names one.
   *
   * @default the tree has a cluster
   */
  readonly guessed?: string;
}

/** Reads the trees and plans one rehearsal for each cluster. @throws UserError when that is not possible */
export async function planRehearsals(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  compared: ComparedRepository,
): Promise<RehearsalPlan[]> {
  const setup = request.root === undefined ? [] : [await otherRepository(request.root, [], request.cwd)];
  const dir = request.dir === undefined ? undefined : resolve(request.cwd, request.dir);
  const serve = (repositories: readonly Repository[], from: number) =>
    Promise.all(repositories.map((one, index) => serveTree(layout.repositories, `t${from + index}`, one, dir)));
  const own = await serve([...setup, compared], 0);
  const given = await givenSources(
    request,
    own.flatMap(({ scanned }) => [...scanned.base, ...scanned.head]),
  );
  const clones = given.clones.map(([source, spec]) => otherRepository(spec, [source], request.cwd));
  const trees = [...own, ...(await serve(await Promise.all(clones), own.length))];
  const first = trees[0] as ServedTree;
  const assumed = request.assume.flatMap((file) => readObjects(resolve(request.cwd, file)));
  const { roots, simulated, guessed } = chooseRoots(first, request, compared.target);
  const simulatedParts = [...simulated, ...describeProvided(given.files)];
  const documents = trees.flatMap(({ scanned: { base, head } }) => [...base, ...head]);
  const named = trees.flatMap((tree) => tree.scanned.as);
  const plans = roots.map(async (chosen): Promise<RehearsalPlan> => {
    const root = withArtifacts(chosen, documents, named);
    const routed = await withFollowed(trees, { root, assumed, comparedIndex: setup.length, target: compared.target });
    if (setup.length > 0 && routed.reading === 0 && request.as === undefined) {
      throw new UserError(
        "no source of the setup repository reads this clone",
        compared.clone.origin ?? compared.clone.top,
        "name the source that it replaces: --as NAMESPACE/NAME",
        { code: "TIM-610" },
      );
    }
    const { reading: _reading, ...parts } = routed;
    return {
      ...parts,
      root,
      target: compared.target,
      assumed,
      provided: given.files,
      ...(guessed !== undefined && { guessed }),
      simulated: [
        "readiness of pods, jobs and volume claims",
        "Secrets with which sources are read",
        ...simulatedParts,
        ...(root.simulated ?? []),
      ],
    };
  });
  return await Promise.all(plans);
}

/**
 * Most rounds in which the commits that sources follow are read: each may contain sources that
 * follow other commits.
 */
const ROUNDS = 4;

/** What decides which commits the sources of the trees follow. */
interface FollowedBy {
  readonly root: Root;
  readonly assumed: readonly KubeObject[];
  /** Index of the tree that the merge changes. */
  readonly comparedIndex: number;
  /** Branch that the merge changes. */
  readonly target: string;
}

/**
 * Finds the commits that the sources follow, and reads their manifests.
 *
 * @returns also how many sources read the changed tree
 */
async function withFollowed(
  trees: readonly ServedTree[],
  { root, assumed, comparedIndex, target }: FollowedBy,
): Promise<Pick<RehearsalPlan, "trees" | "routes" | "followed"> & { readonly reading: number }> {
  let known = trees;
  for (let round = 1; ; round++) {
    const scanned = known.map((tree) => tree.scanned);
    const routes = routing(scanned, root, assumed);
    const sources = gitRepositories(scanned, root, assumed);
    const all = scanned.map((one) => followingsOf(one, routes, sources, root));
    const found = await Promise.all(
      trees.map((tree, index) => resolveFollowed(tree, all[index] ?? [], index === comparedIndex ? target : undefined)),
    );
    const more = trees.map((tree, index) => withDocuments(tree, found[index] ?? []));
    const read = (some: readonly ServedTree[]) => some.reduce((sum, one) => sum + one.scanned.base.length, 0);
    if (read(more) === read(known) || round === ROUNDS) {
      const followed = new Map(trees.map((tree, index) => [tree.scanned.name, found[index] ?? []]));
      return { trees: more, routes, followed, reading: all[comparedIndex]?.length ?? 0 };
    }
    known = more;
  }
}

/** The tree, with the manifests of the other commits that its sources follow. */
function withDocuments(tree: ServedTree, followed: readonly FollowedRef[]): ServedTree {
  const others = new Map(
    followed.flatMap(({ base }) => (base && base !== tree.base ? [[base.treeId, base.files]] : [])),
  );
  if (others.size === 0) return tree;
  const documents = [...others.values()].flatMap((files) => scan(files));
  const { scanned } = tree;
  return {
    ...tree,
    scanned: { ...scanned, base: [...scanned.base, ...documents], head: [...scanned.head, ...documents] },
  };
}

function chooseRoots(
  tree: ServedTree,
  request: RehearsalRequest,
  branch: string,
): { roots: readonly Root[]; simulated: readonly string[]; guessed?: string } {
  const assumptions = ["the namespaces default and flux-system exist"];
  const { base: documents, origin } = tree.scanned;
  const clusters = request.path === undefined ? clustersOf({ documents, files: tree.base.files, origin, branch }) : [];
  const chosen =
    request.cluster === undefined
      ? clusters
      : clusters.filter(({ cluster = "" }) => cluster === request.cluster || cluster.endsWith(`/${request.cluster}`));
  if (request.cluster !== undefined && chosen.length === 0) {
    const known = clusters.map(({ cluster }) => cluster).join(", ") || "none";
    throw new UserError(
      `there is no cluster "${request.cluster}" in the base`,
      `known: ${known}`,
      "name the folder that the cluster's first Kustomization applies: --cluster NAME",
      { code: "TIM-611" },
    );
  }
  if (chosen.length > 0) return { roots: chosen, simulated: assumptions };
  const path = request.path ?? "./infra";
  if (![tree.base, tree.head].some(({ files }) => holdsFiles(files.keys(), path))) {
    throw new UserError(
      `the tree has no cluster and no manifests in ${path}`,
      tree.repository.clone.top,
      "name the folder that a Kustomization applies (--path DIR), or the setup repository that reads this one (--root DIR)",
      { code: "TIM-612" },
    );
  }
  const hasNamespace = [tree.base, tree.head].some(({ files }) => namesNamespace(files, path));
  const namespace = request.targetNamespace ?? (hasNamespace ? undefined : "default");
  const assumed =
    namespace === undefined || request.targetNamespace ? [] : ["the namespace default for objects without a namespace"];
  const missingSources = undefinedSources(
    [...documents, ...tree.scanned.head],
    ["flux-system", ...(namespace === undefined ? [] : [namespace])],
  );
  return {
    roots: [pathRoot(path, branch, namespace, missingSources)],
    simulated: [...assumptions, ...assumed],
    ...(request.path === undefined && { guessed: path }),
  };
}

/** Objects of a file. It may contain a List, as `kubectl get -o yaml` writes it. */
function readObjects(file: string): KubeObject[] {
  try {
    return scan(new Map([[file, readFileSync(file, "utf8")]]))
      .flatMap((document) => parsed(document) ?? [])
      .map(asWritten);
  } catch (cause) {
    throw new UserError("the assumed objects cannot be read", file, "name a YAML file: --assume FILE", {
      code: "TIM-613",
      cause,
    });
  }
}

/** An object without the fields that an API server sets and does not accept in a request. */
function asWritten({ status: _status, metadata, ...rest }: KubeObject): KubeObject {
  const { managedFields: _fields, resourceVersion: _version, uid: _uid, generation: _generation, ...kept } = metadata;
  const { creationTimestamp: _created, selfLink: _link, ownerReferences: _owners, ...own } = kept;
  return { ...rest, apiVersion: rest.apiVersion as string, kind: rest.kind as string, metadata: own };
}

/** Tree that a source reads here, by the URL that admission gave it. */
export function treeOf(
  { trees }: RehearsalPlan,
  { record }: RehearsalCluster,
  source: KubeObject,
): ServedTree | undefined {
  const url = textAt(source, "spec", "url") ?? "";
  const prefix = `http://127.0.0.1:${record.ports.gitPort}/`;
  return url.startsWith(prefix) ? trees.find(({ scanned }) => url === `${prefix}${scanned.name}.git`) : undefined;
}

/** Every revision ends with it: source-controller decides the revision of provided files. */
const ANY_REVISION = "";

/**
 * Commit that a source reaches at base or at head; undefined for a source that is not served here,
 * or whose ref the clone does not have.
 */
export function expectation(
  plan: RehearsalPlan,
  cluster: RehearsalCluster,
  which: "base" | "head",
): (source: KubeObject) => string | undefined {
  return (source) => {
    const tree = treeOf(plan, cluster, source);
    if (!tree) return providedOf(plan.provided, gitServer(cluster.record), source) && ANY_REVISION;
    const { key } = followedBy(source);
    const followed = plan.followed.get(tree.scanned.name)?.find(({ following }) => following.key === key);
    return followed?.[which]?.commit;
  };
}

/** Sources that follow a ref which the clone of their tree does not have. */
export function unknownRefs(plan: RehearsalPlan, cluster: RehearsalCluster, snapshot: Snapshot): NotEvaluated[] {
  const expected = expectation(plan, cluster, "head");
  return snapshot
    .filter((one) => isSource(one) && treeOf(plan, cluster, one) !== undefined && expected(one) === undefined)
    .map((source) => ({ subject: labelOf(source), reason: notInClone(followedBy(source)) }));
}

/** Serves the base or the head of every tree to the sources. */
export async function serveRevision(plan: RehearsalPlan, which: "base" | "head"): Promise<void> {
  await Promise.all(
    plan.trees.map((tree) => {
      const followed = plan.followed.get(tree.scanned.name) ?? [];
      const refs = followed.flatMap(({ ref, [which]: revision }): [string, string][] =>
        ref !== undefined && revision ? [[ref, revision.commit]] : [],
      );
      return setRefs(tree.gitDir, new Map(refs));
    }),
  );
}
