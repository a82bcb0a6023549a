import { resolve } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { Revision } from "@timonier/report/model";
import { branchOf, type Clone, commitNamed, commitOf, mergeBaseOf, openClone } from "./git-clone.js";
import type { RehearsalRequest } from "./request.js";

/** A repository and what of it is looked at. */
export interface Repository {
  readonly clone: Clone;
  /** Commits. head undefined: the request's folder. */
  readonly base: string;
  readonly head: string | undefined;
  readonly as: readonly string[];
  /** The user named the commit. */
  readonly isPinned?: boolean;
}

/** The repository that changes, with what the two sides are called. */
export interface ComparedRepository extends Repository {
  readonly revisions: { readonly base: Revision; readonly head: Revision };
  /** Branch that the change goes to. */
  readonly target: string;
}

/** Variables that GitLab sets in a merge request's pipeline. @see https://docs.gitlab.com/ci/variables/predefined_variables/ */
type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UserError where there is no clone, or no such commit */
export async function comparedRepository(request: RehearsalRequest, env: Environment): Promise<ComparedRepository> {
  const clone = await openClone(request.cwd);
  if (!clone) throw noClone(request.cwd);
  const headRef = request.head ?? "HEAD";
  const head = request.dir === undefined ? await commitOf(clone, headRef) : undefined;
  const chosen = await chosenBase(clone, request, env, headRef);
  const named = await commitOf(clone, chosen);
  // What the target branch got since the head parted from it is not the merge's.
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

/** Where a clone has its main branch. */
const mainBranches = [
  "refs/remotes/origin/HEAD",
  "refs/remotes/origin/main",
  "refs/remotes/origin/master",
  "refs/heads/main",
  "refs/heads/master",
];

/** The branch that the change goes to: the base, where that is one, and else the main branch. */
async function targetOf(clone: Clone, { base }: RehearsalRequest): Promise<string> {
  for (const ref of [...(base === undefined ? [] : [base]), ...mainBranches]) {
    const branch = await branchOf(clone, ref);
    if (branch !== undefined) return branch;
  }
  return "main";
}

async function chosenBase(clone: Clone, request: RehearsalRequest, env: Environment, head: string): Promise<string> {
  if (request.base !== undefined) return request.base;
  // In a merged-results pipeline HEAD is the merge, and this the branch that it goes to.
  const given = env.CI_MERGE_REQUEST_TARGET_BRANCH_SHA || env.CI_MERGE_REQUEST_DIFF_BASE_SHA;
  if (given) return given;
  for (const main of mainBranches) {
    if ((await commitNamed(clone, main)) === undefined) continue;
    // A folder is compared with what is committed.
    if (request.dir !== undefined) return main;
    const parted = await mergeBaseOf(clone, main, head);
    if (parted) return parted;
  }
  throw new UserError(
    "it is not clear what to compare with: the clone knows no main branch",
    clone.top,
    "name it: --base REF",
  );
}

/** `DIR[@REF]`: a clone that does not change, at one commit. */
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
    "run the command in one, or name one: `git clone` makes it",
  );
}
