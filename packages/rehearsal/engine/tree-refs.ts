import { branchNamed, type Following, isRefName, moving, versionIn } from "../model/follows.js";
import { highestIn } from "../model/semver-range.js";
import { type Clone, commitNamed, tagsOf } from "./git-clone.js";
import { revisionAt, type ServedTree, type TreeRevision } from "./served-trees.js";

/** A ref that sources follow, with its revision at base and head. */
export interface FollowedRef {
  readonly following: Following;
  /** Served ref; undefined, like the revisions, when the clone does not have it. */
  readonly ref?: string;
  readonly base?: TreeRevision;
  readonly head?: TreeRevision;
}

/**
 * Resolves the refs that the sources of a tree follow. The target branch moves from base to head;
 * all other refs stay as in the clone.
 *
 * @param target target branch of the merge; undefined for a tree that does not change
 */
export async function resolveFollowed(
  tree: ServedTree,
  all: readonly Following[],
  target: string | undefined,
): Promise<FollowedRef[]> {
  const moved = moving(all, target);
  const found = await Promise.all(all.map((one) => resolveOne(tree, one, moved.has(one.key), target)));
  if (target === undefined || all.some(({ key }) => key === branchNamed(target).key)) return found;
  // A substitution may set the ref of a source, so the target branch is always served.
  const following = { ...branchNamed(target), sources: [], isNamed: false, isRoot: false };
  return [...found, { following, ref: following.key, base: tree.base, head: tree.head }];
}

async function resolveOne(
  tree: ServedTree,
  following: Following,
  isMoved: boolean,
  target: string | undefined,
): Promise<FollowedRef> {
  const { kind } = following;
  const moves = isMoved && kind !== "commit";
  const isVersion = kind === "tag" || kind === "range";
  // A clone that the user provides for a source with a version contains the version, or replaces it.
  const isLookedUp = !moves || (isVersion && target === undefined && !tree.repository.isPinned);
  const known = isLookedUp ? await lookUp(tree.repository.clone, following) : undefined;
  if (known) {
    const found = await revisionAt(tree, known.commit);
    // source-controller requests the commit by its id, so it cannot get the one with replaced files.
    const revision = kind === "commit" ? { ...found, commit: known.commit } : found;
    return { following, ref: known.ref, base: revision, head: revision };
  }
  return moves ? { following, ref: await movedRef(tree, following), base: tree.base, head: tree.head } : { following };
}

interface Known {
  readonly ref: string;
  readonly commit: string;
}

async function lookUp(clone: Clone, { key, kind, value }: Following): Promise<Known | undefined> {
  if (kind === "range") {
    const tag = highestIn(value, await tagsOf(clone));
    return tag === undefined ? undefined : await firstOf(clone, `refs/tags/${tag}`, [`refs/tags/${tag}`]);
  }
  if (kind === "commit")
    return /^[0-9a-f]{40,64}$/.test(value) ? await firstOf(clone, `refs/heads/commit-${value}`, [value]) : undefined;
  if (!isRefName(key)) return undefined;
  return await firstOf(clone, key, kind === "branch" ? [`refs/remotes/origin/${value}`, key] : [key]);
}

async function firstOf(clone: Clone, ref: string, names: readonly string[]): Promise<Known | undefined> {
  for (const name of names) {
    const commit = await commitNamed(clone, name);
    if (commit) return { ref, commit };
  }
  return undefined;
}

/** Ref of a source that moves with the merge: for a version range a tag in it, which need not exist. */
async function movedRef({ repository }: ServedTree, { key, kind, value }: Following): Promise<string> {
  if (kind !== "range") return key;
  return `refs/tags/${highestIn(value, await tagsOf(repository.clone)) ?? versionIn(value)}`;
}
