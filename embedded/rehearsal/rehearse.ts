import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseAllDocuments } from "yaml";
import { KubeDiscovery } from "../../core/kube-discovery.js";
import { elapsed } from "../../core/progress.js";
import { UserError } from "../../core/user-error.js";
import { waitFor } from "../../core/wait.js";
import { causesInMessages, type KnownCause, readCauses } from "../../delivery/rehearse/causes.js";
import { isKubeObject, type KubeObject, textAt } from "../../delivery/rehearse/objects.js";
import {
  baseKey,
  clustersOf,
  gitRepositories,
  holdsFiles,
  pathRoot,
  type Root,
  refOfSource,
  refsOf,
  routing,
  saysNamespace,
} from "../../delivery/rehearse/plan.js";
import { policyResults } from "../../delivery/rehearse/policies.js";
import { reportOf, unableReport } from "../../delivery/rehearse/report.js";
import type { Side } from "../../delivery/rehearse/side.js";
import { stubDefinitions, unknownKinds } from "../../delivery/rehearse/stubs.js";
import type { Report } from "../../delivery/report/model.js";
import { admissionObjects } from "./admission.js";
import { applyAll, applyOne } from "./apply.js";
import { EMPTY, hasBase, readBase } from "./base-store.js";
import { messagesBetween } from "./clone.js";
import { ClusterWatch } from "./cluster-watch.js";
import { serveRepositories } from "./git-server.js";
import type { RehearsalLayout } from "./layout.js";
import { FLUX_MANAGER, keep, type Plane, type PlaneTools, planeAt, touched } from "./plane.js";
import type { RehearsalRequest } from "./request.js";
import { setRefs } from "./served-repository.js";
import { ask, settle } from "./settled.js";
import { type Changing, changingRepository, otherRepository } from "./sides.js";
import { takeSnapshot } from "./snapshot.js";
import { refsAt, type ServedTree, serveTree } from "./trees.js";
import { tryRefused } from "./trials.js";

/** Milliseconds that each side has by default. */
const TIMEOUT = 60_000;

/** Says what a merge would do. Whatever keeps it from saying so is in the report. @throws only for faults of its own */
export async function rehearse(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  starting: PlaneTools,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Report> {
  const start = Date.now();
  const asked = { base: { ref: request.base ?? "" }, head: { ref: request.dir ?? request.head ?? "HEAD" } };
  let changing: Changing | undefined;
  try {
    changing = await changingRepository(request, env);
    return await rehearsed(layout, request, starting, changing, start);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { base, head } = changing?.revisions ?? asked;
    return unableReport(base, head, { what: error.what, where: error.where, fix: error.fix }, Date.now() - start);
  }
}

/** What the trees say, before anything runs. */
interface Planned {
  readonly trees: readonly ServedTree[];
  readonly root: Root;
  readonly routes: Readonly<Record<string, string>>;
  readonly target: string;
  readonly assumed: readonly KubeObject[];
  readonly simulated: readonly string[];
}

async function rehearsed(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  starting: PlaneTools,
  changing: Changing,
  start: number,
): Promise<Report> {
  const planned = await plan(layout, request, changing);
  const key = baseKey([
    planned.trees.map(({ base, planned: { name, as } }) => [name, as, base.treeId]),
    planned.root.objects,
    planned.routes,
    planned.target,
    planned.assumed,
  ]);
  const plane = await planeAt(layout, hasBase(layout, key) ? key : EMPTY, starting);
  const server = await serveRepositories(layout.repositories, plane.record.ports.gitPort ?? 0);
  const watch = new ClusterWatch(plane.api);
  try {
    const timeout = request.timeout ?? TIMEOUT;
    const before = await atBase(plane, planned, key, watch, starting, timeout);
    touched(plane);
    const after = await atHead(plane, planned, watch, starting, timeout);
    starting.progress(`rehearsal: done (${elapsed(start)})`);
    return reportOf({
      ...changing.revisions,
      before,
      after,
      trials: await tryRefused(plane, after, (source) => treeOf(planned, plane, source), starting),
      served: (source) => treeOf(planned, plane, source) !== undefined,
      policies: policyResults(
        before.snapshot,
        after.snapshot,
        planned.trees.flatMap((tree) => tree.planned.head),
      ),
      notEvaluated: [],
      simulated: planned.simulated,
      causes: await causesOf(request, changing),
      duration: Date.now() - start,
    });
  } finally {
    watch.close();
    server.closeAllConnections();
    server.close();
    plane.api.close();
  }
}

async function plan(layout: RehearsalLayout, request: RehearsalRequest, changing: Changing): Promise<Planned> {
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
  const { root, simulated } = rootOf(first, request, changing.target);
  const routes = routing(
    trees.map(({ planned }) => planned),
    root,
  );
  if (setup.length > 0 && !Object.values(routes).includes("t1")) {
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
    assumed: request.assume.flatMap((file) => readObjects(resolve(request.cwd, file))),
    simulated: ["readiness of pods, jobs and volume claims", "Secrets with which sources are read", ...simulated],
  };
}

function rootOf(
  tree: ServedTree,
  request: RehearsalRequest,
  branch: string,
): { root: Root; simulated: readonly string[] } {
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
  if (chosen.length > 0) {
    if (chosen.length > 1) {
      const known = chosen.map(({ cluster }) => cluster).join(", ");
      throw new UserError("the tree has several clusters", known, "name one of them: --cluster NAME");
    }
    return { root: chosen[0] as Root, simulated: there };
  }
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
  return { root: pathRoot(path, branch, namespace), simulated: [...there, ...assumed] };
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
function treeOf({ trees }: Planned, { record }: Plane, source: KubeObject): ServedTree | undefined {
  const url = textAt(source, "spec", "url") ?? "";
  const prefix = `http://127.0.0.1:${record.ports.gitPort}/`;
  return url.startsWith(prefix) ? trees.find(({ planned }) => url === `${prefix}${planned.name}.git`) : undefined;
}

async function atBase(
  plane: Plane,
  planned: Planned,
  key: string,
  watch: ClusterWatch,
  starting: PlaneTools,
  timeout: number,
): Promise<Side> {
  await serveSide(planned, "base");
  if (plane.record.at === key) return await readBase<Side>(plane.layout, key);
  starting.progress("rehearsal: applying the base");
  touched(plane);
  const { api } = plane;
  const server = `http://127.0.0.1:${plane.record.ports.gitPort}`;
  const documents = planned.trees.flatMap((tree) => tree.planned.base);
  await applyAll(api, plane.discovery, admissionObjects({ server, trees: planned.routes }), "timonier");
  await applyStubs(plane, documents);
  await applyAll(api, new KubeDiscovery(api), planned.assumed, "outside-git");
  await admitted(plane, planned, starting);
  await applyAll(api, plane.discovery, planned.root.objects, FLUX_MANAGER);
  const side = await sideNow(plane, planned, watch, starting, "base", timeout);
  await keep(plane, key, side);
  return side;
}

async function atHead(
  plane: Plane,
  planned: Planned,
  watch: ClusterWatch,
  starting: PlaneTools,
  timeout: number,
): Promise<Side> {
  await applyStubs(
    plane,
    planned.trees.flatMap((tree) => tree.planned.head),
  );
  await waitFor({ ...watching(starting), what: "the cluster's objects" }, async () =>
    watch.complete ? { done: true, value: undefined } : { done: false, missing: "not listed yet" },
  );
  await serveSide(planned, "head");
  const sources = watch.flux.filter((one) => treeOf(planned, plane, one) !== undefined);
  await Promise.all(sources.map((source) => ask(plane, source, `rehearsal-${Date.now()}`)));
  return await sideNow(plane, planned, watch, starting, "head", timeout);
}

async function sideNow(
  plane: Plane,
  planned: Planned,
  watch: ClusterWatch,
  starting: PlaneTools,
  which: "base" | "head",
  timeout: number,
): Promise<Side> {
  const refs = await refsOfSide(planned, which);
  const expected = (source: KubeObject) => {
    const tree = treeOf(planned, plane, source);
    if (!tree) return undefined;
    const ref = refOfSource(source);
    return ref === undefined
      ? textAt(source, "spec", "ref", "commit")
      : (refs.get(tree.planned.name)?.get(ref) ?? tree[which].commit);
  };
  const { answers, failing } = await settle(plane, watch, expected, timeout, starting);
  return { snapshot: await takeSnapshot(plane.api), answers: [...answers], failing: [...failing] };
}

async function refsOfSide(planned: Planned, which: "base" | "head"): Promise<Map<string, Map<string, string>>> {
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

async function serveSide(planned: Planned, which: "base" | "head"): Promise<void> {
  const refs = await refsOfSide(planned, which);
  await Promise.all(planned.trees.map((tree) => setRefs(tree.gitDir, refs.get(tree.planned.name) ?? new Map())));
}

/** Definitions for kinds that come from elsewhere, unless they are there. */
async function applyStubs({ api }: Plane, documents: Parameters<typeof unknownKinds>[0]): Promise<void> {
  const { groups } = await api.call<{ groups: Array<{ name: string }> }>({ path: "/apis" });
  const unknown = unknownKinds(documents, new Set(groups.map(({ name }) => name)));
  if (unknown.length === 0) return;
  await applyAll(api, new KubeDiscovery(api), stubDefinitions(unknown, documents), "timonier");
  await waitFor(
    { timeout: 10_000, interval: 50, what: "definitions", where: "the rehearsal", fix: "run it again" },
    async () => {
      const there = await Promise.all(unknown.map(({ apiVersion }) => api.find(`/apis/${apiVersion}`)));
      return there.every(Boolean) ? { done: true, value: undefined } : { done: false, missing: "not served yet" };
    },
  );
}

/** Waits until the API server changes sources as it is told to: it reads its policies a moment after they are written. */
async function admitted(plane: Plane, planned: Planned, starting: PlaneTools): Promise<void> {
  const source = planned.root.objects.find(({ kind }) => kind === "GitRepository");
  if (!source) return;
  await waitFor({ ...watching(starting), what: "the rehearsal's admission policies" }, async () => {
    const tried = await applyOne(plane.api, plane.discovery, source, FLUX_MANAGER, true);
    return treeOf(planned, plane, tried)
      ? { done: true, value: undefined }
      : { done: false, missing: "not in force yet" };
  });
}

async function causesOf(request: RehearsalRequest, changing: Changing): Promise<readonly KnownCause[]> {
  const written =
    changing.head === undefined
      ? []
      : causesInMessages(await messagesBetween(changing.clone, changing.base, changing.head));
  if (request.causes === undefined) return written;
  const file = resolve(request.cwd, request.causes);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(
      "the file of causes cannot be read",
      file,
      "name the JSON file that `timonier synth` writes: --causes FILE",
      { cause },
    );
  }
  return [...readCauses(text, file), ...written];
}

function watching({ progress, signal }: PlaneTools) {
  return {
    timeout: 15_000,
    interval: 30,
    where: "the rehearsal's control plane",
    fix: "run the command again; `timonier rehearse --stop` first makes a new control plane",
    progress,
    ...(signal && { signal }),
  };
}
