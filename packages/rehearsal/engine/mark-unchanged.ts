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
import type { RehearsalCluster } from "./rehearsal-cluster.js";
import { type RehearsalPlan, treeOf } from "./rehearsal-plan.js";
import { withdrawRefs } from "./served-repository.js";
import type { ServedTree } from "./served-trees.js";

/** Requests at a time: each connection costs the API server more than a request does. */
const AT_ONCE = 8;

/**
 * Tells Kustomizations that the merge does not touch that they have applied the head already, so that they do not look at it: of a
 * hundred in one repository, one that changes. What they have is as at the base.
 *
 * @param before everything at the base
 * @param expected commit of the head that a source comes to
 */
export async function markUnchanged(
  cluster: RehearsalCluster,
  plan: RehearsalPlan,
  watch: ClusterWatch,
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
  // Told that a source goes from one revision to another, the controller asks everyone who is behind with either. Its first revision
  // is told of alone: until all is said the source has none, and finds none.
  const sources = [...new Set(unchanged.map(({ source }) => source))];
  const trees = new Set(sources.flatMap((source) => treeOf(plan, cluster, source) ?? []));
  await Promise.all([...trees].map(({ gitDir }) => withdrawRefs(gitDir)));
  await Promise.all(sources.map((source) => setStatus(cluster, source, { artifact: null })));
  await each(unchanged, (one) => setApplied(cluster, one));
  return unchanged;
}

/** Has Kustomizations look at the head, whatever they say that they have applied: until they have, they have applied nothing. */
export async function reapply(
  cluster: RehearsalCluster,
  watch: ClusterWatch,
  kustomizations: readonly KubeObject[],
): Promise<void> {
  const token = `rehearsal-${Date.now()}`;
  // A look that has begun before ends after this, and says that it has applied the head.
  for (const object of kustomizations) watch.requests.set(keyOf(object), token);
  await each(kustomizations, async (object) => {
    await setStatus(cluster, object, { lastAppliedRevision: null });
    await requestReconcile(cluster, object, token);
  });
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await Promise.all(all.map((one) => limit(work, one)));
}

/** Has a Kustomization say that it has applied the head. */
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
    // It has gone meanwhile.
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
