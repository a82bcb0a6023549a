import pLimit from "p-limit";
import type { TestGitLab } from "../e2e/gitlab-support.js";
import { belongsTo, type Case } from "./cases.js";
import { compare, labelled } from "./compare.js";
import { type Outcome, whatHappened } from "./happened.js";
import { refOf, type Snapshot, snapshot } from "./observe.js";
import type { RealCluster } from "./real-cluster.js";
import { kustomizationsToReconcile, readyOf, waitForOutcomes } from "./real-outcomes.js";
import { type Proposal, propose } from "./repository.js";

type Log = (text: string) => void;

/** Opens a merge request for each case, some of them concurrently. */
export async function proposeAll(gitlab: TestGitLab, cases: readonly Case[]): Promise<Map<string, Proposal>> {
  const limit = pLimit(4);
  const proposals = await Promise.all(cases.map((one) => limit(() => propose(gitlab, one))));
  return new Map(cases.map(({ name }, index) => [name, proposals[index] as Proposal]));
}

/**
 * Lets the cluster follow each base, merges every merge request, and returns the outcomes by case.
 */
export async function mergeAll(
  cluster: RealCluster,
  cases: readonly Case[],
  proposals: ReadonlyMap<string, Proposal>,
  log: Log,
): Promise<Map<string, Outcome>> {
  const revisions = new Map<string, string>();
  for (const text of cases.flatMap(({ outside }) => Object.values(outside))) await cluster.provide(text);
  for (const [name, { url, base }] of proposals) {
    await cluster.follow(name, url);
    revisions.set(name, base);
  }
  const { now: before } = await rest(cluster, revisions, log, () => true);
  for (const [name, proposal] of proposals) {
    revisions.set(name, await proposal.merge());
    const namespace = "flux-system";
    await cluster.reconcile({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", namespace, name });
  }
  log("merged");
  const { now: after, open } = await rest(cluster, revisions, log, (name, now) => {
    const one = cases.find((other) => other.name === name) as Case;
    const was = whatHappened(name, before, now);
    return Object.values(compare(labelled(one, was), was)).some((differences) => differences.length > 0);
  });
  return new Map(
    cases.map(({ name }): [string, Outcome] => {
      const was = whatHappened(name, before, after);
      const waits = open.get(name);
      return [name, waits ? { ...was, verdict: "unable", messages: waits } : was];
    }),
  );
}

/**
 * Waits until every case has an outcome. Unexpected failures are reconciled once more, as Flux does
 * at its next interval, because a wait may end too early on a busy machine. So are the objects of
 * {@link kustomizationsToReconcile}.
 */
async function rest(
  cluster: RealCluster,
  revisions: ReadonlyMap<string, string>,
  log: Log,
  doubtful: (name: string, now: Snapshot) => boolean,
): Promise<{ now: Snapshot; open: ReadonlyMap<string, readonly string[]> }> {
  const open = await waitForOutcomes(cluster.api, revisions, log);
  const now = await snapshot(cluster.api);
  const failed = [...now.values()].filter(({ kind }) => kind === "Kustomization" || kind === "HelmRelease");
  const again = [...revisions.keys()]
    .filter((name) => doubtful(name, now))
    .flatMap((name) => failed.filter((one) => belongsTo(name, one.metadata) && readyOf(one)?.status === "False"));
  again.push(...kustomizationsToReconcile(now));
  if (again.length === 0) return { now, open };
  for (const object of again) {
    log(`once more: ${object.kind} ${object.metadata.name}: ${readyOf(object)?.message}`);
    await cluster.reconcile(refOf(object));
  }
  const stillOpen = await waitForOutcomes(cluster.api, revisions, log);
  return { now: await snapshot(cluster.api), open: stillOpen };
}
