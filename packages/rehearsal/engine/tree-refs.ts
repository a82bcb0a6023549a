import { branchNamed, type Following, isRefName, moving, versionIn } from "../model/follows.js";
import { highestIn } from "../model/semver-range.js";
import { type Clone, commitNamed, tagsOf } from "./git-clone.js";
import { revisionAt, type ServedTree, type TreeRevision } from "./served-trees.js";

/** What sources follow, with what they find there at the base and at the head. */
export interface FollowedRef {
  readonly following: Following;
  /** Where they find it; undefined, as the two states, where the clone does not know it. */
  readonly ref?: string;
  readonly base?: TreeRevision;
  readonly head?: TreeRevision;
}

/**
 * Finds what the sources of a tree follow. The branch that the change goes to moves from base to head; all else stays where the clone
 * knows it to be.
 *
 * @param target branch that the change goes to; undefined for a tree that does not change
 */
export async function resolveFollowed(
  tree: ServedTree,
  all: readonly Following[],
  target: string | undefined,
): Promise<FollowedRef[]> {
  const moved = moving(all, target);
  const found = await Promise.all(all.map((one) => resolveOne(tree, one, moved.has(one.key), target)));
  if (target === undefined || all.some(({ key }) => key === branchNamed(target).key)) return found;
  // What a source follows may be written elsewhere, as where its branch is substituted.
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
  // A clone that the user gave for a source at a version has that version, or stands for it as it is.
  const isLookedUp = !moves || (isVersion && target === undefined && !tree.repository.isPinned);
  const known = isLookedUp ? await lookUp(tree.repository.clone, following) : undefined;
  if (known) {
    const found = await revisionAt(tree, known.commit);
    // The source-controller asks for the commit by its own id: it cannot be given one without encryption.
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

/** Where a source finds what moves: for a range a version in it, which may not exist yet. */
async function movedRef({ repository }: ServedTree, { key, kind, value }: Following): Promise<string> {
  if (kind !== "range") return key;
  return `refs/tags/${highestIn(value, await tagsOf(repository.clone)) ?? versionIn(value)}`;
}
