import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { UserError } from "../../core/user-error.js";
import { isKubeObject, type KubeObject, textAt } from "../../delivery/rehearse/objects.js";
import {
  clustersOf,
  gitRepositories,
  holdsFiles,
  pathRoot,
  type Root,
  refsOf,
  routing,
  saysNamespace,
} from "../../delivery/rehearse/plan.js";
import type { RehearsalLayout } from "./layout.js";
import type { Plane } from "./plane.js";
import type { RehearsalRequest } from "./request.js";
import { setRefs } from "./served-repository.js";
import { type Changing, otherRepository } from "./sides.js";
import { refsAt, type ServedTree, serveTree } from "./trees.js";

/** What the trees say, before anything runs. */
export interface Planned {
  readonly trees: readonly ServedTree[];
  readonly root: Root;
  readonly routes: Readonly<Record<string, string>>;
  readonly target: string;
  readonly assumed: readonly KubeObject[];
  readonly simulated: readonly string[];
  /** Folder that stands for a cluster, where the tree has none and the command line names none. @default there is one */
  readonly guessed?: string;
}

/** Reads the trees, and says what is to be rehearsed: one for each cluster. @throws UserError for what cannot be */
export async function plan(layout: RehearsalLayout, request: RehearsalRequest, changing: Changing): Promise<Planned[]> {
  const others = await Promise.all(
    Object.entries(request.sources).map(([source, spec]) => otherRepository(spec, [source], request.cwd)),
  );
  const setup = request.root === undefined ? [] : [await otherRepository(request.root, [], request.cwd)];
  const repositories = [...setup, changing, ...others];
  const dir = request.dir === undefined ? undefined : resolve(request.cwd, request.dir);
  const trees = await Promise.all(
    repositories.map((one, index) => serveTree(layout.repositories, `t${index}`, one, dir)),
  );
  const first = trees[0] as ServedTree;
  const assumed = request.assume.flatMap((file) => readObjects(resolve(request.cwd, file)));
  const { roots, simulated, guessed } = rootsOf(first, request, changing.target);
  return roots.map((root): Planned => {
    const plannedTrees = trees.map(({ planned }) => planned);
    const routes = routing(plannedTrees, root);
    const read = refsOf("t1", routes, gitRepositories(plannedTrees, root));
    if (setup.length > 0 && read.length === 0 && request.as === undefined) {
      throw new UserError(
        "no source of the setup repository reads this clone",
        changing.clone.origin ?? changing.clone.top,
        "say which one it stands for: --as NAMESPACE/NAME",
      );
    }
    return {
      trees,
      root,
      routes,
      target: changing.target,
      assumed,
      ...(guessed !== undefined && { guessed }),
      simulated: ["readiness of pods, jobs and volume claims", "Secrets with which sources are read", ...simulated],
    };
  });
}

function rootsOf(
  tree: ServedTree,
  request: RehearsalRequest,
  branch: string,
): { roots: readonly Root[]; simulated: readonly string[]; guessed?: string } {
  const there = ["namespaces default and flux-system are there"];
  const clusters = request.path === undefined ? clustersOf(tree.planned.base) : [];
  const chosen =
    request.cluster === undefined
      ? clusters
      : clusters.filter(({ cluster = "" }) => cluster === request.cluster || cluster.endsWith(`/${request.cluster}`));
  if (request.cluster !== undefined && chosen.length === 0) {
    const known = clusters.map(({ cluster }) => cluster).join(", ") || "none";
    throw new UserError(
      `there is no cluster "${request.cluster}" in the base`,
      `known: ${known}`,
      "name the folder above a flux-system with gotk-sync.yaml",
    );
  }
  if (chosen.length > 0) return { roots: chosen, simulated: there };
  const path = request.path ?? "./infra";
  if (![tree.base, tree.head].some(({ files }) => holdsFiles(files.keys(), path))) {
    throw new UserError(
      `the tree has no cluster and no manifests in ${path}`,
      tree.repository.clone.top,
      "say what a Kustomization applies: --path DIR, or which setup repository reads this one: --root DIR",
    );
  }
  const says = saysNamespace([...tree.planned.base, ...tree.planned.head], path);
  const namespace = request.targetNamespace ?? (says ? undefined : "default");
  const assumed = namespace === undefined || request.targetNamespace ? [] : ["namespace default for what names none"];
  return {
    roots: [pathRoot(path, branch, namespace)],
    simulated: [...there, ...assumed],
    ...(request.path === undefined && { guessed: path }),
  };
}

function readObjects(file: string): KubeObject[] {
  try {
    return parseAllDocuments(readFileSync(file, "utf8"))
      .map((document): unknown => document.toJS())
      .filter(isKubeObject);
  } catch (cause) {
    throw new UserError("the objects that the cluster has cannot be read", file, "name a YAML file: --assume FILE", {
      cause,
    });
  }
}

/** Tree that a source reads here, by its address after admission. */
export function treeOf({ trees }: Planned, { record }: Plane, source: KubeObject): ServedTree | undefined {
  const url = textAt(source, "spec", "url") ?? "";
  const prefix = `http://127.0.0.1:${record.ports.gitPort}/`;
  return url.startsWith(prefix) ? trees.find(({ planned }) => url === `${prefix}${planned.name}.git`) : undefined;
}

/** Refs of each tree at one side, by the tree's name. */
export async function refsOfSide(planned: Planned, which: "base" | "head"): Promise<Map<string, Map<string, string>>> {
  const sources = gitRepositories(
    planned.trees.map((tree) => tree.planned),
    planned.root,
  );
  const pairs = planned.trees.map(async (tree): Promise<[string, Map<string, string>]> => {
    const names = refsOf(tree.planned.name, planned.routes, sources);
    return [tree.planned.name, await refsAt(tree, names, which, planned.target)];
  });
  return new Map(await Promise.all(pairs));
}

/** Lets the sources find one side of every tree. */
export async function serveSide(planned: Planned, which: "base" | "head"): Promise<void> {
  const refs = await refsOfSide(planned, which);
  await Promise.all(planned.trees.map((tree) => setRefs(tree.gitDir, refs.get(tree.planned.name) ?? new Map())));
}
