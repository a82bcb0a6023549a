import { ApiError } from "@timonier/kit/kube-api";
import pLimit from "p-limit";
import { type Condition, type KubeObject, keyOf, listAt, refOf } from "../model/kube-objects.js";
import {
  type TreeChange,
  type UnchangedKustomization,
  unchangedKustomizations,
} from "../model/unchanged-kustomizations.js";
import { requestReconcile } from "./await-outcomes.js";
import { differingPaths, readableTree } from "./changed-tree.js";
import type { ClusterWatch } from "./cluster-watch.js";
import type { Rehearsal } from "./rehearsal.js";
import type { RehearsalCluster } from "./rehearsal-cluster.js";
import { treeOf } from "./rehearsal-plan.js";
import { withdrawRefs } from "./served-repository.js";
import type { ServedTree } from "./served-trees.js";

/** Concurrent requests: for the API server a connection costs more than a request. */
const AT_ONCE = 8;

/**
 * Marks the unchanged Kustomizations as if they had applied the head, so that their controller does
 * not build and apply them again: often one of a hundred in a repository changes. Their objects
 * stay as they are at the base.
 *
 * @param before everything at the base
 * @param expected commit of the head that a source comes to
 */
export async function markUnchanged(
  { cluster, plan, watch }: Pick<Rehearsal, "cluster" | "plan" | "watch">,
  before: readonly KubeObject[],
  expected: (source: KubeObject) => string | undefined,
): Promise<readonly UnchangedKustomization[]> {
  const changes = new Map<ServedTree, TreeChange>();
  await Promise.all(plan.trees.map(async (tree) => changes.set(tree, await changeOf(tree))));
  const unchanged = unchangedKustomizations(watch.flux, before, (source) => {
    const tree = treeOf(plan, cluster, source);
    const change = tree && changes.get(tree);
    return change && change.base !== change.head && expected(source) === change.head ? change : undefined;
  });
  // The controller reconciles every Kustomization that has applied neither the old nor the new
  // revision of a source. While they are marked, the sources therefore have no revision and find
  // none.
  const sources = [...new Set(unchanged.map(({ source }) => source))];
  const trees = new Set(sources.flatMap((source) => treeOf(plan, cluster, source) ?? []));
  await Promise.all([...trees].map(({ gitDir }) => withdrawRefs(gitDir)));
  await Promise.all(sources.map((source) => setStatus(cluster, source, { artifact: null })));
  await eachOf(unchanged, (one) => setApplied(cluster, one));
  return unchanged;
}

/**
 * Lets Kustomizations apply the head again, whatever their status says: it shows no applied
 * revision until they have.
 */
export async function reapply(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  kustomizations: readonly KubeObject[],
): Promise<void> {
  const token = `rehearsal-${Date.now()}`;
  // A reconciliation that runs already reports later that it has applied the head: only the answer
  // to this token counts.
  for (const object of kustomizations) watch.requests.set(keyOf(object), token);
  await eachOf(kustomizations, async (object) => {
    await setStatus(cluster, object, { lastAppliedRevision: null });
    await requestReconcile(cluster, object, token);
  });
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(all.map((one) => limit(work, one)));
}

/** Sets a Kustomization's status to the one that it would have after it has applied the head. */
async function setApplied(cluster: RehearsalCluster, { object, from, to }: UnchangedKustomization): Promise<void> {
  const conditions = (listAt(object, "status", "conditions") as readonly Condition[]).map((one) => ({
    ...one,
    ...(one.message !== undefined && { message: one.message.replaceAll(from, to) }),
  }));
  await setStatus(cluster, object, { lastAppliedRevision: to, lastAttemptedRevision: to, conditions });
}

async function setStatus({ api, discovery }: RehearsalCluster, object: KubeObject, status: unknown): Promise<void> {
  const path = await discovery.path(refOf(object));
  if (path === undefined) return;
  try {
    await api.call({ method: "PATCH", path: `${path}/status`, query: { fieldManager: "timonier" }, body: { status } });
  } catch (error) {
    // It was deleted meanwhile.
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

async function changeOf({ gitDir, base, head }: ServedTree): Promise<TreeChange> {
  const commits = { base: base.commit, head: head.commit };
  if (base.commit === head.commit)
    return { ...commits, changed: [], tree: { files: head.files, paths: [], links: [] } };
  const [changed, tree] = await Promise.all([
    differingPaths(gitDir, base.commit, head.commit),
    readableTree(gitDir, head),
  ]);
  return { ...commits, changed, tree };
}
