import type { NotEvaluated, Report } from "@timonier/report/model";
import { assumptions } from "../model/assumptions.js";
import { reportOf } from "../model/build-report.js";
import { otherConversions } from "../model/conversion.js";
import { withHealthChecks } from "../model/health-checks.js";
import { lackingPods } from "../model/lacking-pods.js";
import { policyResults } from "../model/policies.js";
import type { ObjectProvenance } from "../model/provenance.js";
import type { RevisionState } from "../model/revision-state.js";
import { withoutDecryption } from "../model/undecrypted.js";
import { changedTree, readersOf } from "./changed-tree.js";
import type { ComparedRepository } from "./compared-revisions.js";
import { encryptedInputsOf } from "./encrypted-inputs.js";
import { unprovenSources } from "./provided/unproven.js";
import type { Rehearsal } from "./rehearsal.js";
import { gitServer } from "./rehearsal-cluster.js";
import { expectation, type RehearsalPlan, treeOf, unknownRefs } from "./rehearsal-plan.js";
import type { HeadState } from "./revision-states.js";
import type { ServedTree } from "./served-trees.js";

/** Both revision states of a rehearsal, and the change that it is about. */
export interface RehearsedStates {
  readonly base: RevisionState;
  readonly head: HeadState;
  readonly compared: ComparedRepository;
  readonly provenance: readonly ObjectProvenance[];
  /** Time at which the rehearsal began, in milliseconds since the epoch. */
  readonly start: number;
}

/** The report of one cluster, after base and head were applied to it. */
export async function clusterReport(
  { cluster, plan }: Rehearsal,
  { base, head, compared, provenance, start }: RehearsedStates,
): Promise<Report> {
  const expected = expectation(plan, cluster, "head");
  const before = withoutDecryption(base, encryptedInputsOf(plan, cluster, "base"));
  const applied = withoutDecryption(head.state, encryptedInputsOf(plan, cluster, "head"));
  const lacking = lackingPods(before.snapshot, applied.snapshot);
  const after = withHealthChecks(before, applied, lacking.stuck);
  const documents = plan.trees.flatMap((tree) => tree.scanned.head);
  const changed = plan.trees.find(({ repository }) => repository === compared) as ServedTree;
  return reportOf({
    ...compared.revisions,
    before,
    after,
    tree: await changedTree(changed),
    // A source that follows another ref of the repository does not read the changed files.
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
    simulated: [
      ...plan.simulated,
      ...assumptions(before.snapshot, after.snapshot),
      ...describeUnchanged(head.unchanged),
    ],
    provenance,
    files: plan.trees.flatMap(({ base, head }) => [base.files, head.files]),
    assumed: plan.assumed,
    duration: Date.now() - start,
  });
}

function encryptedFiles({ trees }: RehearsalPlan): NotEvaluated[] {
  const reason = "the file is encrypted: its values are not read, only whether they differ is known";
  return trees.flatMap(({ head }) => head.encrypted.map((path) => ({ subject: path, reason })));
}

function describeUnchanged(count: number): string[] {
  if (count === 0) return [];
  const which = count === 1 ? "one Kustomization" : `${count} Kustomizations`;
  return [`unchanged: ${which}, not applied again, because the merge does not affect their files or objects`];
}
