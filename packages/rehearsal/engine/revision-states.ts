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
import { mutationsInForce } from "./cluster-ready.js";
import { dryRunRejected } from "./dry-run-rejected.js";
import { FLUX_MANAGER } from "./flux-controllers.js";
import { markUnchanged, reapply } from "./mark-unchanged.js";
import { hasPolicies, policiesInForce } from "./policies-in-force.js";
import { prepareDefinitions } from "./prepare-definitions.js";
import { readSourcesAgain } from "./provided/refresh.js";
import type { Rehearsal } from "./rehearsal.js";
import { fluxArguments, gitServer, markModified, restartFlux, saveState } from "./rehearsal-cluster.js";
import { expectation, type RehearsalPlan, serveRevision, treeOf } from "./rehearsal-plan.js";
import { applyInput } from "./rejected-input.js";
import { isRight, rightsInForce } from "./rights-in-force.js";
import { waitOptions } from "./wait-options.js";

/** How often Kustomizations are reconciled again whose objects were deleted, or whose accounts had no rights. */
const ROUNDS = 2;

/**
 * Policies by which the API server rewrites objects of the trees.
 *
 * @param server address of the server of the trees' repositories
 */
export function rehearsalPolicies(
  { routes, provided, root: { artifacts = [] } }: RehearsalPlan,
  server: string,
): KubeObject[] {
  return admissionObjects({ server, trees: routes, provided, artifacts });
}

/** The state at the base: the stored one where the cluster was restored to it, else the result of applying the base. */
export async function stateAtBase(rehearsal: Rehearsal, key: string): Promise<RevisionState> {
  const { cluster, plan, watch, context } = rehearsal;
  await serveRevision(plan, "base");
  if (cluster.record.at === key) return await readBase<RevisionState>(cluster.layout, key);
  context.progress("rehearsal: applying the base");
  markModified(cluster);
  await applyRoot(rehearsal);
  let state = await currentState(rehearsal, "base");
  for (let round = 0; round < ROUNDS; round++) {
    const accounts = outsideAccounts(state);
    if (accounts.length === 0) break;
    // A Kustomization that gets rights may apply others whose accounts are outside of Git, too.
    context.progress(`rehearsal: granting rights to service accounts that are not in Git: ${accounts.join(", ")}`);
    await applyAll(cluster, accounts.map(bindingOf), "timonier");
    await rightsInForce(cluster, context);
    state = await currentState(rehearsal, "base", state);
  }
  if (hasPolicies(state.snapshot)) {
    await reapply(cluster, watch, await testedAgainstPolicies(rehearsal, state));
    state = await currentState(rehearsal, "base", state);
  }
  // A base with pending outcomes is not stored: the next rehearsal applies it again.
  if (state.outcomes.every(([, outcome]) => outcome.state !== "pending")) await saveState(cluster, key, state);
  return state;
}

/** Applies the objects that exist before Flux reconciles the tree: policies, definitions, assumed objects, the root. */
async function applyRoot(rehearsal: Rehearsal): Promise<void> {
  const { cluster, plan, context } = rehearsal;
  await applyAll(cluster, rehearsalPolicies(plan, gitServer(cluster.record)), "timonier");
  // All of them, and not only the first one, which the source shows: without the one for pods, the
  // first pods would not be bound to the node.
  const inForce = mutationsInForce(cluster, context);
  // What follows may fail before anything waits for it.
  inForce.catch(() => {});
  await prepareDefinitions(cluster, plan, context);
  await applyInput("root", "the source and the Kustomization that Flux starts with", async () => {
    await applyAll(cluster, namespacesOf(plan.root.objects), FLUX_MANAGER);
    await Promise.all([inForce, awaitAdmission(rehearsal)]);
    await applyAll(cluster, plan.root.objects, FLUX_MANAGER);
  });
}

/** The state at the head, and how many Kustomizations were left out as unchanged. */
export interface HeadState {
  readonly state: RevisionState;
  readonly unchanged: number;
}

/** Applies the head to a cluster that is at the base. @param before the state at the base */
export async function stateAtHead(rehearsal: Rehearsal, before: RevisionState): Promise<HeadState> {
  const { cluster, plan, watch, context } = rehearsal;
  await waitFor(waitOptions("the cluster's objects", context), async () =>
    watch.complete ? { done: true, value: undefined } : { done: false, missing: "not listed yet" },
  );
  await readSourcesAgain(cluster, watch, before);
  const unchanged = await markUnchanged(rehearsal, before.snapshot, expectation(plan, cluster, "head"));
  await serveRevision(plan, "head");
  const sources = watch.flux.filter((one) => treeOf(plan, cluster, one) !== undefined);
  await Promise.all(sources.map((source) => requestReconcile(cluster, source, `rehearsal-${Date.now()}`)));
  const state = await currentState(rehearsal, "head", before);
  const again = await kustomizationsToReapply(rehearsal, { before, state, unchanged });
  if (again.length === 0) return { state, unchanged: unchanged.length };
  const keys = new Set(again.map(keyOf));
  context.progress(`rehearsal: reconciling ${again.length} Kustomizations again, because the merge may affect them`);
  await reapply(cluster, watch, again);
  const reapplied = await currentState(rehearsal, "head", before);
  const sharers = sharersOf(reapplied.snapshot, again);
  if (sharers.length === 0) {
    return { state: reapplied, unchanged: unchanged.filter(({ object }) => !keys.has(keyOf(object))).length };
  }
  await reapply(cluster, watch, sharers);
  return { state: await currentState(rehearsal, "head", before), unchanged: 0 };
}

interface FirstPass {
  readonly before: RevisionState;
  /** State at the head after the first pass. */
  readonly state: RevisionState;
  readonly unchanged: readonly UnchangedKustomization[];
}

/** Kustomizations that have to be reconciled once more, because other changes of the head may affect them. */
async function kustomizationsToReapply(
  rehearsal: Rehearsal,
  { before, state, unchanged }: FirstPass,
): Promise<readonly KubeObject[]> {
  if (hasOtherPolicies(before.snapshot, state.snapshot)) return await testedAgainstPolicies(rehearsal, state);
  if (hasOtherLimits(before.snapshot, state.snapshot)) {
    // Until the API server has read deleted rights, a Kustomization that lost them can still apply.
    if (before.snapshot.some(isRight)) await rightsInForce(rehearsal.cluster, rehearsal.context);
    return appliedKustomizations(state);
  }
  const affectsAll = hasOtherFlux(before, state) || reaches(before.snapshot, state.snapshot, unchanged);
  const variables = appliedKustomizations(state, readersOfOtherVariables(before.snapshot, state.snapshot));
  return affectsAll ? [...unchanged.map(({ object }) => object), ...variables] : variables;
}

/**
 * Kustomizations to reconcile once more after the cluster's policies came into force or were
 * deleted: some had applied everything, or were rejected, before. In a real cluster their next
 * reconciliation is tested against the policies.
 */
async function testedAgainstPolicies(
  { cluster, context }: Rehearsal,
  state: RevisionState,
): Promise<readonly KubeObject[]> {
  await policiesInForce(cluster, context);
  return appliedKustomizations(state);
}

/** Kustomizations that are reconciled or stalled. */
function appliedKustomizations(
  { outcomes, snapshot }: RevisionState,
  among: readonly KubeObject[] = snapshot,
): readonly KubeObject[] {
  const ended = outcomes.filter(([, { state }]) => state === "reconciled" || state === "stalled");
  const keys = new Set(ended.map(([key]) => key));
  return among.filter((one) => isReconciliation(one) && one.kind === "Kustomization" && keys.has(keyOf(one)));
}

/** Whether the cluster's own Flux has other arguments than before. */
function hasOtherFlux(before: RevisionState | undefined, state: Pick<RevisionState, "snapshot">): boolean {
  return !isDeepStrictEqual(fluxArguments(state), before ? fluxArguments(before) : {});
}

/** Waits until everything is reconciled, stalled or out of time, and returns the state of the cluster. */
async function currentState(
  rehearsal: Rehearsal,
  which: "base" | "head",
  before?: RevisionState,
): Promise<RevisionState> {
  const { cluster, plan, context } = rehearsal;
  const expected = expectation(plan, cluster, which);
  let state = await reconciledState(rehearsal, expected);
  // A cluster's own Deployments of Flux change the controllers' arguments, and with them what the controllers decide.
  if (hasOtherFlux(before, state)) {
    context.progress("rehearsal: restarting Flux with the cluster's own arguments");
    await restartFlux(cluster, context, fluxArguments(state));
    state = await reconciledState(rehearsal, expected);
  }
  const commitOf = (source: KubeObject) => {
    const [tree, commit] = [treeOf(plan, cluster, source), expected(source)];
    return tree && commit !== undefined ? { gitDir: tree.gitDir, commit } : undefined;
  };
  return { ...state, dryRuns: await dryRunRejected(cluster, state, commitOf, context) };
}

/** Reconciles Kustomizations again whose objects another one pruned: they would notice at their next interval. */
async function reconciledState(
  rehearsal: Rehearsal,
  expected: (source: KubeObject) => string | undefined,
): Promise<Omit<RevisionState, "dryRuns">> {
  for (let round = 0; ; round++) {
    const { outcomes, failing, snapshot, unlisted } = await awaitRevisionState(rehearsal, expected);
    const orphaned = round < ROUNDS ? orphanedByPruning(snapshot, outcomes) : [];
    if (orphaned.length === 0)
      return { snapshot, unlisted, outcomes: withOfflineReasons(outcomes), failing: [...failing] };
    await reconcileAndWait(rehearsal.cluster, rehearsal.watch, orphaned);
  }
}

function withOfflineReasons(outcomes: ReadonlyMap<string, Outcome>): RevisionState["outcomes"] {
  return [...outcomes].map(([key, outcome]) => [key, offlineInWords(outcome)] as const);
}

/**
 * Waits until the API server rewrites sources by the rehearsal's policies: it reads them a moment
 * after they are written.
 */
async function awaitAdmission({ cluster, plan, context }: Rehearsal): Promise<void> {
  const source = plan.root.objects.find(({ kind }) => kind === "GitRepository");
  if (!source) return;
  await waitFor(waitOptions("the rehearsal's admission policies", context), async () => {
    const tried = await applyOne(cluster, source, FLUX_MANAGER, true);
    return treeOf(plan, cluster, tried)
      ? { done: true, value: undefined }
      : { done: false, missing: "not in force yet" };
  });
}
