import { isDeepStrictEqual } from "node:util";
import { waitFor } from "@timonier/kit/wait";
import { namespacesOf } from "../model/entries/root-objects.js";
import { isReconciliation } from "../model/flux-objects.js";
import { type KubeObject, keyOf } from "../model/kube-objects.js";
import { offlineInWords } from "../model/offline.js";
import { orphanedByPruning } from "../model/orphaned.js";
import type { Outcome } from "../model/outcome.js";
import { bindingOf, outsideAccounts } from "../model/outside-accounts.js";
import type { RevisionState } from "../model/revision-state.js";
import { readersOfOtherVariables } from "../model/substituted.js";
import {
  hasOtherLimits,
  hasOtherPolicies,
  reaches,
  sharersOf,
  type UnchangedKustomization,
} from "../model/unchanged-kustomizations.js";
import { admissionObjects } from "./admission-policies.js";
import { applyAll, applyOne } from "./apply.js";
import { reconcileAndWait, requestReconcile } from "./await-outcomes.js";
import { awaitRevisionState } from "./await-revision-state.js";
import { readBase } from "./base-store.js";
import type { ClusterWatch } from "./cluster-watch.js";
import { dryRunRejected } from "./dry-run-rejected.js";
import { markUnchanged, reapply } from "./mark-unchanged.js";
import { hasPolicies, policiesInForce } from "./policies-in-force.js";
import { prepareDefinitions } from "./prepare-definitions.js";
import { readSourcesAgain } from "./provided/refresh.js";
import {
  FLUX_MANAGER,
  fluxArguments,
  gitServer,
  markModified,
  type RehearsalCluster,
  type RehearsalContext,
  restartFlux,
  saveState,
} from "./rehearsal-cluster.js";
import { expectation, type RehearsalPlan, serveRevision, treeOf } from "./rehearsal-plan.js";
import { applyInput } from "./rejected-input.js";
import { isRight, rightsInForce } from "./rights-in-force.js";
import { waitOptions } from "./waiting.js";

/** How often kustomizations whose objects are gone, or whose accounts had no rights, are asked to look again. */
const ROUNDS = 2;

/** What the API server changes while objects are admitted. @param server address of the server of the trees' repositories */
export function rehearsalPolicies(
  { routes, provided, root: { artifacts = [] } }: RehearsalPlan,
  server: string,
): KubeObject[] {
  return admissionObjects({ server, trees: routes, provided, artifacts });
}

/** The base, applied where it was not kept. */
export async function atBase(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  key: string,
  watch: ClusterWatch,
  context: RehearsalContext,
  end: number,
): Promise<RevisionState> {
  await serveRevision(plan, "base");
  if (cluster.record.at === key) return await readBase<RevisionState>(cluster.layout, key);
  context.progress("rehearsal: applying the base");
  markModified(cluster);
  const { api } = cluster;
  await applyAll(api, cluster.discovery, rehearsalPolicies(plan, gitServer(cluster.record)), "timonier");
  await prepareDefinitions(cluster, plan, context);
  await applyInput("root", "the source and the Kustomization that come first", async () => {
    await applyAll(api, cluster.discovery, namespacesOf(plan.root.objects), FLUX_MANAGER);
    await awaitAdmission(cluster, plan, context);
    await applyAll(api, cluster.discovery, plan.root.objects, FLUX_MANAGER);
  });
  let state = await currentState(cluster, plan, watch, context, "base", end);
  for (let round = 0; round < ROUNDS; round++) {
    const accounts = outsideAccounts(state);
    if (accounts.length === 0) break;
    // Each may apply Kustomizations whose accounts are outside of Git, too.
    context.progress(`rehearsal: rights for service accounts that are not in Git: ${accounts.join(", ")}`);
    await applyAll(api, cluster.discovery, accounts.map(bindingOf), "timonier");
    await rightsInForce(cluster, context);
    state = await currentState(cluster, plan, watch, context, "base", end, state);
  }
  if (hasPolicies(state.snapshot)) {
    await reapply(cluster, watch, await heldAgainstPolicies(cluster, context, state));
    state = await currentState(cluster, plan, watch, context, "base", end, state);
  }
  // A base that is not known whole is looked at again by the next rehearsal.
  if (state.outcomes.every(([, { state }]) => state !== "pending")) await saveState(cluster, key, state);
  return state;
}

/** The head, applied to what the base came to. @returns the number of Kustomizations that were kept from looking at it, too */
export async function atHead(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  watch: ClusterWatch,
  context: RehearsalContext,
  end: number,
  before: RevisionState,
): Promise<{ state: RevisionState; unchanged: number }> {
  await waitFor(waitOptions("the cluster's objects", context), async () =>
    watch.complete ? { done: true, value: undefined } : { done: false, missing: "not listed yet" },
  );
  await readSourcesAgain(cluster, watch, before);
  const unchanged = await markUnchanged(cluster, plan, watch, before.snapshot, expectation(plan, cluster, "head"));
  await serveRevision(plan, "head");
  const sources = watch.flux.filter((one) => treeOf(plan, cluster, one) !== undefined);
  await Promise.all(sources.map((source) => requestReconcile(cluster, source, `rehearsal-${Date.now()}`)));
  const state = await currentState(cluster, plan, watch, context, "head", end, before);
  const again = await kustomizationsToReapply(cluster, context, before, state, unchanged);
  if (again.length === 0) return { state, unchanged: unchanged.length };
  const asked = new Set(again.map(keyOf));
  const left = unchanged.filter(({ object }) => !asked.has(keyOf(object))).length;
  context.progress(`rehearsal: ${again.length} Kustomizations look again: what changes may reach them`);
  await reapply(cluster, watch, again);
  const looked = await currentState(cluster, plan, watch, context, "head", end, before);
  const sharers = sharersOf(looked.snapshot, again);
  if (sharers.length === 0) return { state: looked, unchanged: left };
  await reapply(cluster, watch, sharers);
  return { state: await currentState(cluster, plan, watch, context, "head", end, before), unchanged: 0 };
}

/** Kustomizations that have to look at the head once more, since what else is in it may reach them. */
async function kustomizationsToReapply(
  cluster: RehearsalCluster,
  context: RehearsalContext,
  before: RevisionState,
  state: RevisionState,
  unchanged: readonly UnchangedKustomization[],
): Promise<readonly KubeObject[]> {
  if (hasOtherPolicies(before.snapshot, state.snapshot)) return await heldAgainstPolicies(cluster, context, state);
  if (hasOtherLimits(before.snapshot, state.snapshot)) {
    // Otherwise a Kustomization whose rights have gone may still apply, because the API server does not know yet.
    if (before.snapshot.some(isRight)) await rightsInForce(cluster, context);
    return appliedKustomizations(state);
  }
  const others = hasOtherFlux(before, state) || reaches(before.snapshot, state.snapshot, unchanged);
  const variables = appliedKustomizations(state, readersOfOtherVariables(before.snapshot, state.snapshot));
  return others ? [...unchanged.map(({ object }) => object), ...variables] : variables;
}

/**
 * Kustomizations that have to look once more since the cluster's policies have come into force, or have gone, after some of them had
 * applied everything or were refused: their next look, at the latest, is held against the policies as they are.
 */
async function heldAgainstPolicies(
  cluster: RehearsalCluster,
  context: RehearsalContext,
  state: RevisionState,
): Promise<readonly KubeObject[]> {
  await policiesInForce(cluster, context);
  return appliedKustomizations(state);
}

/** Kustomizations that have applied everything, or were refused. */
function appliedKustomizations(
  { outcomes, snapshot }: RevisionState,
  among: readonly KubeObject[] = snapshot,
): readonly KubeObject[] {
  const keys = new Set(
    outcomes.flatMap(([key, { state }]) => (state === "reconciled" || state === "stalled" ? [key] : [])),
  );
  return among.filter((one) => isReconciliation(one) && one.kind === "Kustomization" && keys.has(keyOf(one)));
}

/** Whether the controllers are started with other arguments than at the base. */
function hasOtherFlux(before: RevisionState | undefined, state: Pick<RevisionState, "snapshot">): boolean {
  return !isDeepStrictEqual(fluxArguments(state), before ? fluxArguments(before) : {});
}

async function currentState(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  watch: ClusterWatch,
  context: RehearsalContext,
  which: "base" | "head",
  end: number,
  before?: RevisionState,
): Promise<RevisionState> {
  const expected = expectation(plan, cluster, which);
  const look = async (): Promise<Omit<RevisionState, "trials">> => {
    for (let again = 0; ; again++) {
      const { outcomes, failing, snapshot, unlisted } = await awaitRevisionState(
        cluster,
        watch,
        expected,
        end,
        context,
      );
      const orphaned = again < ROUNDS ? orphanedByPruning(snapshot, outcomes) : [];
      if (orphaned.length === 0)
        return { snapshot, unlisted, outcomes: withOfflineReasons(outcomes), failing: [...failing] };
      // At their next interval they will find that others took away what they had applied.
      await reconcileAndWait(cluster, watch, orphaned);
    }
  };
  let state = await look();
  // Controllers that were told otherwise before, by a cluster's own Deployments of Flux, decide otherwise from now on.
  if (hasOtherFlux(before, state)) {
    context.progress("rehearsal: Flux with the cluster's own arguments");
    await restartFlux(cluster, context, fluxArguments(state));
    state = await look();
  }
  const commitOf = (source: KubeObject) => {
    const [tree, commit] = [treeOf(plan, cluster, source), expected(source)];
    return tree && commit !== undefined ? { gitDir: tree.gitDir, commit } : undefined;
  };
  return { ...state, dryRuns: await dryRunRejected(cluster, state, commitOf, context) };
}

function withOfflineReasons(outcomes: ReadonlyMap<string, Outcome>): RevisionState["answers"] {
  return [...outcomes].map(([key, outcome]) => [key, offlineInWords(outcome)] as const);
}

/** Waits until the API server changes sources as it is told to: it reads its policies a moment after they are written. */
async function awaitAdmission(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  context: RehearsalContext,
): Promise<void> {
  const source = plan.root.objects.find(({ kind }) => kind === "GitRepository");
  if (!source) return;
  await waitFor(waitOptions("the rehearsal's admission policies", context), async () => {
    const tried = await applyOne(cluster.api, cluster.discovery, source, FLUX_MANAGER, true);
    return treeOf(plan, cluster, tried)
      ? { done: true, value: undefined }
      : { done: false, missing: "not in force yet" };
  });
}
