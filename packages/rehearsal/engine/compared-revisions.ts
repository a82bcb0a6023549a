import { resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { Revision } from "@timonier/report/model";
import { branchOf, type Clone, commitNamed, commitOf, mergeBaseOf, openClone } from "./git-clone.js";
import type { RehearsalRequest } from "./request.js";

/** A repository and the commits of it that are rehearsed. */
export interface Repository {
  readonly clone: Clone;
  /** Commit of the base. */
  readonly base: string;
  /** Commit of the head; undefined for the request's folder. */
  readonly head: string | undefined;
  /** `NAMESPACE/NAME` of the sources that it replaces. */
  readonly as: readonly string[];
  /** Whether the user named the commit. */
  readonly isPinned?: boolean;
}

/** The repository that the merge changes, with the names of base and head. */
export interface ComparedRepository extends Repository {
  readonly revisions: { readonly base: Revision; readonly head: Revision };
  /** Target branch of the merge. */
  readonly target: string;
}

/**
 * Variables that GitLab sets in a merge request's pipeline.
 *
 * @see https://docs.gitlab.com/ci/variables/predefined_variables/
 */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the clone of the working directory, and finds base and head.
 *
 * @throws UserError when there is no clone or no such commit
 */
export async function comparedRepository(request: RehearsalRequest, env: Environment): Promise<ComparedRepository> {
  const clone = await openClone(request.cwd);
  if (!clone) throw noClone(request.cwd);
  const headRef = request.head ?? "HEAD";
  const head = request.dir === undefined ? await commitOf(clone, headRef) : undefined;
  const chosen = await chosenBase(clone, request, env, headRef);
  const named = await commitOf(clone, chosen);
  // Commits of the target branch after the merge base are not part of the merge.
  const parted = request.base === undefined || head === undefined ? undefined : await mergeBaseOf(clone, named, head);
  const base = parted ?? named;
  return {
    clone,
    base,
    head,
    as: request.as ? [request.as] : [],
    target: env.CI_MERGE_REQUEST_TARGET_BRANCH_NAME || (await targetOf(clone, request)),
    revisions: {
      base: { ref: base === named ? chosen : `${chosen} (merge base)`, sha: base },
      head: head === undefined ? { ref: request.dir ?? "" } : { ref: headRef, sha: head },
    },
  };
}

/** Refs of the main branch in a clone. */
const mainBranches = [
  "refs/remotes/origin/HEAD",
  "refs/remotes/origin/main",
  "refs/remotes/origin/master",
  "refs/heads/main",
  "refs/heads/master",
];

/** The target branch: the base if it is a branch, else the main branch. */
async function targetOf(clone: Clone, { base }: RehearsalRequest): Promise<string> {
  for (const ref of [...(base === undefined ? [] : [base]), ...mainBranches]) {
    const branch = await branchOf(clone, ref);
    if (branch !== undefined) return branch;
  }
  return "main";
}

async function chosenBase(clone: Clone, request: RehearsalRequest, env: Environment, head: string): Promise<string> {
  if (request.base !== undefined) return request.base;
  // In a merged results pipeline HEAD is the merge, and the first variable its target branch.
  const given = env.CI_MERGE_REQUEST_TARGET_BRANCH_SHA || env.CI_MERGE_REQUEST_DIFF_BASE_SHA;
  if (given) return given;
  for (const main of mainBranches) {
    if ((await commitNamed(clone, main)) === undefined) continue;
    // A folder is compared with the main branch.
    if (request.dir !== undefined) return main;
    const parted = await mergeBaseOf(clone, main, head);
    if (parted) return parted;
  }
  throw new UserError("the base is not known: the clone has no main branch", clone.top, "name the base: --base REF", {
    code: "TIM-627",
  });
}

/** Opens `DIR[@REF]`: a clone that the merge does not change, at one commit. */
export async function otherRepository(spec: string, as: readonly string[], cwd: string): Promise<Repository> {
  const [, dir = spec, ref] = /^(.*?)(?:@([^/@][^@]*))?$/.exec(spec) ?? [];
  const folder = resolve(cwd, dir);
  const clone = await openClone(folder);
  if (!clone) throw noClone(folder);
  const commit = await commitOf(clone, ref ?? "HEAD");
  return { clone, base: commit, head: commit, as, isPinned: ref !== undefined };
}

function noClone(dir: string): UserError {
  return new UserError(
    "there is no clone of a Git repository",
    dir,
    "run the command in a clone: `git clone` creates one",
    { code: "TIM-628" },
  );
}
