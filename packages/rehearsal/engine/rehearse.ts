import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ApiError } from "@timonier/kit/kube-api";
import { elapsed } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import type { Report } from "@timonier/report/model";
import { unableReport } from "../model/build-report.js";
import { mergeReports } from "../model/merge-reports.js";
import { type ObjectProvenance, provenanceInMessages, readProvenance } from "../model/provenance.js";
import { baseKey } from "../model/source-routes.js";
import { EMPTY, hasBase } from "./base-store.js";
import { ClusterWatch } from "./cluster-watch.js";
import { type ComparedRepository, comparedRepository } from "./compared-revisions.js";
import { networkKey, storeNetwork } from "./flux-network.js";
import { messagesBetween } from "./git-clone.js";
import { serveRepositories } from "./git-server.js";
import { generatedDefinitions } from "./prepare-definitions.js";
import { serveProvided } from "./provided/registry-server.js";
import { clusterAt, markModified, type RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { planRehearsals, type RehearsalPlan } from "./rehearsal-plan.js";
import { clusterReport } from "./rehearsal-report.js";
import type { RehearsalRequest } from "./request.js";
import { rehearsalPolicies, stateAtBase, stateAtHead } from "./revision-states.js";

/** Time that each cluster has by default, for base and head together. Milliseconds. */
const TIMEOUT = 300_000;

/** One call of {@link rehearse}. */
interface Run {
  readonly layout: RehearsalLayout;
  readonly request: RehearsalRequest;
  readonly context: RehearsalContext;
  /** Time at which it began, in milliseconds since the epoch. */
  readonly start: number;
}

/**
 * Reports what a merge would do. A problem that prevents the rehearsal is reported as well.
 *
 * @throws only for bugs of the rehearsal itself
 */
export async function rehearse(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  context: RehearsalContext,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Report> {
  const run: Run = { layout, request, context, start: Date.now() };
  const requested = { base: { ref: request.base ?? "" }, head: { ref: request.dir ?? request.head ?? "HEAD" } };
  let compared: ComparedRepository | undefined;
  try {
    compared = await comparedRepository(request, env);
    storeNetwork(layout, env, request.offline ?? false);
    return await rehearseClusters(run, compared);
  } catch (error) {
    return unable(compared?.revisions ?? requested, asUserError(error), run.start);
  }
}

/**
 * An error response of the rehearsal's API server is not a bug of the program: the API server may
 * be busy, or forget a kind.
 */
function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (!(error instanceof ApiError)) throw error;
  return new UserError(
    `the rehearsal cluster rejected a request: ${error.message}`,
    "the rehearsal's API server",
    "run the command again; if it fails again, run it with --stop first, which deletes the cluster",
    { code: "TIM-624", cause: error },
  );
}

function unable({ base, head }: ComparedRepository["revisions"], error: UserError, start: number): Report {
  const { what, where, fix } = error;
  return unableReport(base, head, { what, where, fix }, Date.now() - start);
}

async function rehearseClusters(run: Run, compared: ComparedRepository): Promise<Report> {
  const { layout, request, context, start } = run;
  const provenance = await provenanceOf(request, compared);
  const reports: Array<readonly [string, Report]> = [];
  for (const plan of await planRehearsals(layout, request, compared)) {
    const name = plan.root.cluster ?? "";
    if (name) context.progress(`rehearsal: ${name}`);
    const clusterStart = Date.now();
    try {
      reports.push([name, await rehearseCluster(run, plan, { compared, provenance })]);
    } catch (error) {
      // A cluster that fails must not hide the reports of the others.
      reports.push([name, unable(compared.revisions, asUserError(error), clusterStart)]);
    }
  }
  context.progress(`rehearsal: done (${elapsed(start)})`);
  return mergeReports(reports, Date.now() - start);
}

/** The change that is rehearsed. */
interface Change {
  readonly compared: ComparedRepository;
  readonly provenance: readonly ObjectProvenance[];
}

async function rehearseCluster(run: Run, plan: RehearsalPlan, { compared, provenance }: Change): Promise<Report> {
  const { layout, request, context, start } = run;
  const key = keyOfBase(layout, plan);
  const cluster = await clusterAt(layout, hasBase(layout, key) ? key : EMPTY, context, (server) =>
    rehearsalPolicies(plan, server),
  );
  const server = await serveRepositories(layout.repositories, cluster.record.ports.gitPort ?? 0, (asked, response) =>
    serveProvided(plan.provided, asked, response),
  );
  const watch = new ClusterWatch(cluster.api);
  try {
    const deadline = request.timeout === undefined ? Date.now() + TIMEOUT : start + request.timeout;
    const rehearsal = { cluster, plan, watch, context, deadline };
    const base = await stateAtBase(rehearsal, key);
    markModified(cluster);
    const head = await stateAtHead(rehearsal, base);
    return await clusterReport(rehearsal, { base, head, compared, provenance, start });
  } finally {
    watch.close();
    server.closeAllConnections();
    server.close();
    cluster.api.close();
  }
}

/** Key of a stored base: it changes with everything that decides the state at the base. */
function keyOfBase(layout: RehearsalLayout, plan: RehearsalPlan): string {
  const { stubs, flux } = generatedDefinitions(plan);
  return baseKey([
    plan.trees.map(({ base, scanned: { name, as } }) => [name, as, base.treeId]),
    followedTreesAtBase(plan),
    plan.root.objects,
    plan.root.artifacts ?? [],
    plan.routes,
    plan.target,
    plan.assumed,
    stubs,
    flux.map(({ kind, name }) => [kind, name]),
    networkKey(layout),
    plan.provided.map(({ source, id, content }) => [source, id, content.form, content.digest]),
  ]);
}

/** Files of the other commits that sources follow at the base. */
function followedTreesAtBase({ trees, followed }: RehearsalPlan): unknown[] {
  return trees.flatMap((tree) =>
    (followed.get(tree.scanned.name) ?? []).flatMap(({ ref, base }) =>
      base && base !== tree.base ? [[tree.scanned.name, ref, base.treeId]] : [],
    ),
  );
}

/** Source lines of the objects: from the file that the user names, and from the messages of the commits. */
async function provenanceOf(
  request: RehearsalRequest,
  compared: ComparedRepository,
): Promise<readonly ObjectProvenance[]> {
  const committed =
    compared.head === undefined
      ? []
      : provenanceInMessages(await messagesBetween(compared.clone, compared.base, compared.head));
  if (request.provenance === undefined) return committed;
  const file = resolve(request.cwd, request.provenance);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(
      "the provenance file cannot be read",
      file,
      "name the JSON file that `timonier synth --provenance` writes: --provenance FILE",
      { code: "TIM-625", cause },
    );
  }
  return [...readProvenance(text, file), ...committed];
}
