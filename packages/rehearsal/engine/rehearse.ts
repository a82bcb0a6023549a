import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ApiError } from "@timonier/kit/kube-api";
import { elapsed } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import type { NotEvaluated, Report } from "@timonier/report/model";
import { assumptions } from "../model/assumptions.js";
import { reportOf, unableReport } from "../model/build-report.js";
import { otherConversions } from "../model/conversion.js";
import { withHealthChecks } from "../model/health-checks.js";
import { lackingPods } from "../model/lacking-pods.js";
import { mergeReports } from "../model/merge-reports.js";
import { policyResults } from "../model/policies.js";
import { type ObjectProvenance, provenanceInMessages, readProvenance } from "../model/provenance.js";
import { baseKey } from "../model/source-routes.js";
import { withoutDecryption } from "../model/undecrypted.js";
import { EMPTY, hasBase } from "./base-store.js";
import { changedTree, readersOf } from "./changed-tree.js";
import { ClusterWatch } from "./cluster-watch.js";
import { type ComparedRepository, comparedRepository } from "./compared-revisions.js";
import { encryptedInputsOf } from "./encrypted-inputs.js";
import { keepNetwork, networkKey } from "./flux-network.js";
import { messagesBetween } from "./git-clone.js";
import { serveRepositories } from "./git-server.js";
import { generatedDefinitions } from "./prepare-definitions.js";
import { serveProvided } from "./provided/registry-server.js";
import { unprovenSources } from "./provided/unproven.js";
import { clusterAt, gitServer, markModified, type RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { expectation, planRehearsals, type RehearsalPlan, treeOf, unknownRefs } from "./rehearsal-plan.js";
import type { RehearsalRequest } from "./request.js";
import { atBase, atHead, rehearsalPolicies } from "./revision-states.js";
import type { ServedTree } from "./served-trees.js";

/** Milliseconds that each cluster has by default, for base and head together. */
const TIMEOUT = 300_000;

/** Says what a merge would do. Whatever keeps it from saying so is in the report. @throws only for faults of its own */
export async function rehearse(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  context: RehearsalContext,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Report> {
  const start = Date.now();
  const asked = { base: { ref: request.base ?? "" }, head: { ref: request.dir ?? request.head ?? "HEAD" } };
  let compared: ComparedRepository | undefined;
  try {
    compared = await comparedRepository(request, env);
    keepNetwork(layout, env, request.offline ?? false);
    return await rehearseClusters(layout, request, context, compared, start);
  } catch (error) {
    return unable(compared?.revisions ?? asked, asUserError(error), start);
  }
}

/** What the API server of the rehearsal answers is not a fault of the program: it may be busy, or forget a kind. @throws what is one */
function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (!(error instanceof ApiError)) throw error;
  return new UserError(
    `the rehearsal cluster refused a request: ${error.message}`,
    "the rehearsal's API server",
    "run the command again; if it fails again, begin with a new cluster: npx timonier rehearse --stop",
    { cause: error },
  );
}

function unable(
  { base, head }: ComparedRepository["revisions"],
  { what, where, fix }: UserError,
  start: number,
): Report {
  return unableReport(base, head, { what, where, fix }, Date.now() - start);
}

async function rehearseClusters(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  context: RehearsalContext,
  compared: ComparedRepository,
  start: number,
): Promise<Report> {
  const provenance = await provenanceOf(request, compared);
  const reports: Array<readonly [string, Report]> = [];
  for (const plan of await planRehearsals(layout, request, compared)) {
    const cluster = plan.root.cluster ?? "";
    if (cluster) context.progress(`rehearsal: ${cluster}`);
    const begun = Date.now();
    try {
      reports.push([cluster, await rehearseCluster(layout, request, context, compared, plan, provenance, start)]);
    } catch (error) {
      // What can be said of the others is not lost with it.
      reports.push([cluster, unable(compared.revisions, asUserError(error), begun)]);
    }
  }
  context.progress(`rehearsal: done (${elapsed(start)})`);
  return mergeReports(reports, Date.now() - start);
}

async function rehearseCluster(
  layout: RehearsalLayout,
  request: RehearsalRequest,
  context: RehearsalContext,
  compared: ComparedRepository,
  plan: RehearsalPlan,
  provenance: readonly ObjectProvenance[],
  start: number,
): Promise<Report> {
  const { stubs, flux } = generatedDefinitions(plan);
  const key = baseKey([
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
  const cluster = await clusterAt(layout, hasBase(layout, key) ? key : EMPTY, context, (server) =>
    rehearsalPolicies(plan, server),
  );
  const server = await serveRepositories(layout.repositories, cluster.record.ports.gitPort ?? 0, (asked, response) =>
    serveProvided(plan.provided, asked, response),
  );
  const watch = new ClusterWatch(cluster.api);
  const expected = expectation(plan, cluster, "head");
  try {
    const end = request.timeout === undefined ? Date.now() + TIMEOUT : start + request.timeout;
    const base = await atBase(cluster, plan, key, watch, context, end);
    markModified(cluster);
    const { state: head, unchanged } = await atHead(cluster, plan, watch, context, end, base);
    const before = withoutDecryption(base, encryptedInputsOf(plan, cluster, "base"));
    const applied = withoutDecryption(head, encryptedInputsOf(plan, cluster, "head"));
    const lacking = lackingPods(before.snapshot, applied.snapshot);
    const after = withHealthChecks(before, applied, lacking.stuck);
    const documents = plan.trees.flatMap((tree) => tree.scanned.head);
    const changed = plan.trees.find(({ repository }) => repository === compared) as ServedTree;
    return reportOf({
      ...compared.revisions,
      before,
      after,
      tree: await changedTree(changed),
      // A source that follows another ref of the repository does not read what differs.
      readers: readersOf(
        [before.snapshot, after.snapshot],
        (one) => treeOf(plan, cluster, one) === changed && expected(one) === changed.head.commit,
      ),
      ...(plan.guessed !== undefined && { guessed: plan.guessed }),
      policies: policyResults(before.snapshot, after.snapshot, documents),
      notEvaluated: [
        ...unknownRefs(plan, cluster, after.snapshot),
        ...encryptedFiles(plan),
        ...lacking.gaps,
        ...otherConversions(before.snapshot, after.snapshot),
        ...unprovenSources(before.snapshot, after.snapshot, plan.provided, gitServer(cluster.record)),
      ],
      simulated: [...plan.simulated, ...assumptions(before.snapshot, after.snapshot), ...describeUnchanged(unchanged)],
      provenance,
      files: plan.trees.flatMap(({ base, head }) => [base.files, head.files]),
      assumed: plan.assumed,
      duration: Date.now() - start,
    });
  } finally {
    watch.close();
    server.closeAllConnections();
    server.close();
    cluster.api.close();
  }
}

/** Files of the other commits that sources follow at the base. */
function followedTreesAtBase({ trees, followed }: RehearsalPlan): unknown[] {
  return trees.flatMap((tree) =>
    (followed.get(tree.scanned.name) ?? []).flatMap(({ ref, base }) =>
      base && base !== tree.base ? [[tree.scanned.name, ref, base.treeId]] : [],
    ),
  );
}

function encryptedFiles({ trees }: RehearsalPlan): NotEvaluated[] {
  const reason = "it is encrypted: its values are not read, only whether they differ";
  return trees.flatMap(({ head }) => head.encrypted.map((path) => ({ subject: path, reason })));
}

function describeUnchanged(unchanged: number): string[] {
  if (unchanged === 0) return [];
  const which = unchanged === 1 ? "a Kustomization" : `${unchanged} Kustomizations`;
  return [`that ${which} with the same files would apply the same: nothing that changes reaches what they hold`];
}

async function provenanceOf(
  request: RehearsalRequest,
  compared: ComparedRepository,
): Promise<readonly ObjectProvenance[]> {
  const written =
    compared.head === undefined
      ? []
      : provenanceInMessages(await messagesBetween(compared.clone, compared.base, compared.head));
  if (request.provenance === undefined) return written;
  const file = resolve(request.cwd, request.provenance);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(
      "the provenance file cannot be read",
      file,
      "name the JSON file that `timonier synth --causes` writes: --provenance FILE",
      { cause },
    );
  }
  return [...readProvenance(text, file), ...written];
}
