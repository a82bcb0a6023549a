import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { KubeDiscovery } from "../../core/kube-discovery.js";
import { elapsed } from "../../core/progress.js";
import { UserError } from "../../core/user-error.js";
import { waitFor } from "../../core/wait.js";
import { causesInMessages, type KnownCause, readCauses } from "../../delivery/rehearse/causes.js";
import { mergeReports } from "../../delivery/rehearse/merge-reports.js";
import { type KubeObject, textAt } from "../../delivery/rehearse/objects.js";
import { baseKey, refOfSource } from "../../delivery/rehearse/plan.js";
import { policyResults } from "../../delivery/rehearse/policies.js";
import { reportOf, unableReport } from "../../delivery/rehearse/report.js";
import { robbedOf } from "../../delivery/rehearse/robbed.js";
import type { Side } from "../../delivery/rehearse/side.js";
import { stubDefinitions, unknownKinds } from "../../delivery/rehearse/stubs.js";
import type { Report } from "../../delivery/report/model.js";
import { admissionObjects } from "./admission.js";
import { applyAll, applyOne } from "./apply.js";
import { atRest } from "./at-rest.js";
import { EMPTY, hasBase, readBase } from "./base-store.js";
import { messagesBetween } from "./clone.js";
import { ClusterWatch } from "./cluster-watch.js";
import { serveRepositories } from "./git-server.js";
import type { RehearsalLayout } from "./layout.js";
import {
  FLUX_MANAGER,
  fluxArguments,
  keep,
  type Plane,
  type PlaneTools,
  planeAt,
  restartFlux,
  touched,
} from "./plane.js";
import { type Planned, plan, refsOfSide, serveSide, treeOf } from "./planned.js";
import { hasPolicies, policiesInForce } from "./policies-in-force.js";
import type { RehearsalRequest } from "./request.js";
import { ask, askAndWait } from "./settled.js";
import { type Changing, changingRepository } from "./sides.js";
import { tryRefused } from "./trials.js";

/** Milliseconds that each side has by default. */
const TIMEOUT = 60_000;

/** How often kustomizations whose objects are gone are asked to look again. */
const LOOKS = 2;

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

async function rehearsed(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  starting: PlaneTools,
  changing: Changing,
  start: number,
): Promise<Report> {
  const causes = await causesOf(request, changing);
  const reports: Array<readonly [string, Report]> = [];
  for (const planned of await plan(layout, request, changing)) {
    const cluster = planned.root.cluster ?? "";
    if (cluster) starting.progress(`rehearsal: ${cluster}`);
    reports.push([cluster, await ofCluster(layout, request, starting, changing, planned, causes, start)]);
  }
  starting.progress(`rehearsal: done (${elapsed(start)})`);
  return mergeReports(reports, Date.now() - start);
}

async function ofCluster(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  starting: PlaneTools,
  changing: Changing,
  planned: Planned,
  causes: readonly KnownCause[],
  start: number,
): Promise<Report> {
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
    const after = await atHead(plane, planned, watch, starting, timeout, before);
    const documents = planned.trees.flatMap((tree) => tree.planned.head);
    return reportOf({
      ...changing.revisions,
      before,
      after,
      trials: await tryRefused(plane, after, (source) => treeOf(planned, plane, source), starting),
      served: (source) => treeOf(planned, plane, source) !== undefined,
      policies: policyResults(before.snapshot, after.snapshot, documents),
      notEvaluated: planned.trees.flatMap(({ encrypted }) =>
        encrypted.map((path) => ({
          subject: path,
          reason: "it is encrypted: its values are not read, only whether they differ",
        })),
      ),
      simulated: planned.simulated,
      causes,
      duration: Date.now() - start,
    });
  } finally {
    watch.close();
    server.closeAllConnections();
    server.close();
    plane.api.close();
  }
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
  if (hasPolicies(side.snapshot)) await policiesInForce(plane, starting);
  // A base that is not known whole is looked at again by the next rehearsal.
  if (side.answers.every(([, { state }]) => state !== "waiting")) await keep(plane, key, side);
  return side;
}

async function atHead(
  plane: Plane,
  planned: Planned,
  watch: ClusterWatch,
  starting: PlaneTools,
  timeout: number,
  before: Side,
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
  return await sideNow(plane, planned, watch, starting, "head", timeout, before);
}

async function sideNow(
  plane: Plane,
  planned: Planned,
  watch: ClusterWatch,
  starting: PlaneTools,
  which: "base" | "head",
  timeout: number,
  before?: Side,
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
  const look = async (): Promise<Side> => {
    const end = Date.now() + timeout;
    for (let again = 0; ; again++) {
      const { answers, failing, snapshot } = await atRest(plane, watch, expected, end, starting);
      const robbed = again < LOOKS ? robbedOf(snapshot, answers) : [];
      if (robbed.length === 0) return { snapshot, answers: [...answers], failing: [...failing] };
      // At their next interval they will find that others took away what they had applied.
      await askAndWait(plane, watch, robbed);
    }
  };
  const side = await look();
  // Controllers that were told otherwise before, by a cluster's own Deployments of Flux, decide otherwise from now on.
  const wanted = fluxArguments(side);
  if (JSON.stringify(wanted) === JSON.stringify(before ? fluxArguments(before) : {})) return side;
  starting.progress("rehearsal: Flux with the cluster's own arguments");
  await restartFlux(plane, starting, wanted);
  return await look();
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
