import { accessLevels } from "./access-level.js";
import { protectionDefaults } from "./default-branch-protection.js";
import { groupLevel, projectLevel } from "./membership.js";
import { matchesWildcard, refNameError } from "./paths.js";
import { nextId, type State } from "./server-state.js";
import type { User } from "./types/accounts.js";
import type { Project } from "./types/projects.js";
import type { BranchAccess, ProtectedBranch, ProtectedTag } from "./types/protection.js";

/** Zero, as Git writes "no object". */
export const zeroId = "0".repeat(40);

/** One change of a ref, as a push asks for it. */
export interface RefChange {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
}

/** Decision about a push: refused with a message, or allowed if some refs only move forward. */
export type PushDecision =
  | { readonly allowed: false; readonly message: string }
  | { readonly allowed: true; readonly forwardOnly: readonly string[] };

/** Rules that hold for a branch: its own and every wildcard that fits. */
export function rulesFor(state: State, project: Project, branch: string): ProtectedBranch[] {
  return state.protectedBranches.filter((rule) => rule.projectId === project.id && matchesWildcard(rule.name, branch));
}

function granted(state: State, access: BranchAccess, user: User, project: Project): boolean {
  if (access.userId !== null)
    return access.userId === user.id && projectLevel(state, user, project) >= accessLevels.developer;
  if (access.groupId !== null) {
    const group = state.groups.find((candidate) => candidate.id === access.groupId);
    return group !== undefined && groupLevel(state, user, group) >= accessLevels.developer;
  }
  if (access.accessLevel === null || access.accessLevel === accessLevels.none) return false;
  if (access.accessLevel === accessLevels.admin) return user.admin;
  return projectLevel(state, user, project) >= access.accessLevel;
}

/** Whether a user may push to a branch. Where several rules fit, the most generous one counts, as in GitLab. */
export function canPush(state: State, user: User, project: Project, branch: string): boolean {
  if (project.archived || projectLevel(state, user, project) < accessLevels.developer) return false;
  const rules = rulesFor(state, project, branch);
  return rules.length === 0 || rules.some((rule) => rule.push.some((access) => granted(state, access, user, project)));
}

/**
 * Whether a user may push the first branch of an empty project. The default branch counts as
 * protected before it exists.
 */
export function canPushFirst(state: State, user: User, project: Project, branch: string): boolean {
  if (!canPush(state, user, project, branch)) return false;
  const awaited = branch === project.defaultBranch && project.protectionPending;
  if (!awaited || rulesFor(state, project, branch).length > 0) return true;
  const defaults = protectionDefaults(state, project);
  if (!defaults || defaults.developer_can_initial_push) return true;
  const least = Math.min(...defaults.allowed_to_push.map(({ access_level }) => access_level || accessLevels.admin));
  return projectLevel(state, user, project) >= Math.min(least, accessLevels.maintainer);
}

/** Whether a user may merge into a branch through a merge request. */
export function canMerge(state: State, user: User, project: Project, branch: string): boolean {
  if (project.archived || projectLevel(state, user, project) < accessLevels.developer) return false;
  const rules = rulesFor(state, project, branch);
  if (rules.length === 0) return true;
  return rules.some((rule) => [...rule.merge, ...rule.push].some((access) => granted(state, access, user, project)));
}

/** Whether history of a branch may be rewritten: where several rules fit, one that allows it suffices. */
function allowsForcePush(state: State, project: Project, branch: string): boolean {
  const rules = rulesFor(state, project, branch);
  return rules.length === 0 || rules.some((rule) => rule.allowForcePush);
}

/** A push over HTTPS. */
export interface Push {
  readonly changes: readonly RefChange[];
  /** Whether the repository has no branch yet. */
  readonly empty: boolean;
}

/** Decides a push over HTTPS, in GitLab's words. */
export function decidePush(state: State, user: User, project: Project, { changes, empty }: Push): PushDecision {
  const forwardOnly: string[] = [];
  for (const change of changes) {
    const message = refusal(state, user, project, { ...change, empty });
    if (message) return { allowed: false, message };
    const branch = change.ref.replace(/^refs\/heads\//, "");
    if (change.ref.startsWith("refs/heads/") && !allowsForcePush(state, project, branch)) forwardOnly.push(change.ref);
  }
  return { allowed: true, forwardOnly };
}

/** Rules for tags that fit a name. */
export function tagRulesFor(state: State, project: Project, tag: string): ProtectedTag[] {
  return state.protectedTags.filter((rule) => rule.projectId === project.id && matchesWildcard(rule.name, tag));
}

/** A change of a tag. */
export interface TagChange extends RefChange {
  /** Whether it comes by the API, which counts as the web interface. @default false */
  readonly web?: boolean;
}

/** Why a change of a protected tag is refused, in GitLab's words; undefined when it is allowed. */
export function tagRefusal(state: State, user: User, project: Project, change: TagChange): string | undefined {
  const rules = tagRulesFor(state, project, change.ref.slice("refs/tags/".length));
  if (rules.length === 0) return undefined;
  if (change.after === zeroId) {
    if (projectLevel(state, user, project) < accessLevels.maintainer)
      return "You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.";
    return change.web ? undefined : "You can only delete protected tags using the web interface.";
  }
  if (change.before !== zeroId) return "Protected tags cannot be updated.";
  const may = rules.some((rule) => rule.create.some((access) => granted(state, access, user, project)));
  return may ? undefined : "You are not allowed to create this tag as it is protected.";
}

/** A change of a ref in a repository that may be empty. */
type PushedChange = RefChange & { readonly empty: boolean };

function refusal(state: State, user: User, project: Project, change: PushedChange): string | undefined {
  if (change.ref.startsWith("refs/tags/")) return tagPushRefusal(state, user, project, change);
  // Notes of Git, which release tools write.
  if (change.ref.startsWith("refs/notes/")) return undefined;
  return change.ref.startsWith("refs/heads/")
    ? branchPushRefusal(state, user, project, change)
    : "You can only push to branches and tags.";
}

function tagPushRefusal(state: State, user: User, project: Project, change: RefChange): string | undefined {
  const nameError = change.after === zeroId ? undefined : refNameError("tag", change.ref.slice("refs/tags/".length));
  if (nameError) return nameError;
  const guarded = tagRefusal(state, user, project, change);
  if (guarded) return guarded;
  return change.before !== zeroId && projectLevel(state, user, project) < accessLevels.maintainer
    ? "You are not allowed to change existing tags on this project."
    : undefined;
}

function branchPushRefusal(state: State, user: User, project: Project, change: PushedChange): string | undefined {
  const branch = change.ref.slice("refs/heads/".length);
  const isProtected = rulesFor(state, project, branch).length > 0;
  if (change.after === zeroId) {
    if (branch === project.defaultBranch) return "The default branch of a project cannot be deleted.";
    if (!isProtected) return undefined;
    return projectLevel(state, user, project) < accessLevels.maintainer
      ? "You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch."
      : "You can only delete protected branches using the web interface.";
  }
  const nameError = refNameError("branch", branch);
  if (nameError) return nameError;
  const { empty } = change;
  if ((empty ? canPushFirst : canPush)(state, user, project, branch)) return undefined;
  if (empty && !isProtected) {
    return "A default branch (e.g. main) does not yet exist for this project. Ask a project Owner or Maintainer to create a default branch.";
  }
  if (change.before === zeroId && !empty) {
    return canMerge(state, user, project, branch)
      ? "You can only create protected branches using the web interface and API."
      : "You are not allowed to create protected branches on this project.";
  }
  return "You are not allowed to push code to protected branches on this project.";
}

/** One access entry for a role. */
export function roleAccess(state: State, accessLevel: number): BranchAccess {
  return { id: nextId(state, "branchAccess"), accessLevel, userId: null, groupId: null, deployKeyId: null };
}

/**
 * Protects the default branch when it first appears, as its group says; by default maintainers push and merge.
 *
 * @see https://docs.gitlab.com/user/project/repository/branches/default/#protect-initial-default-branches
 */
export function protectDefaultBranch(state: State, project: Project): void {
  if (!project.protectionPending) return;
  project.protectionPending = false;
  const name = project.defaultBranch;
  if (state.protectedBranches.some((rule) => rule.projectId === project.id && rule.name === name)) return;
  const defaults = protectionDefaults(state, project);
  if (!defaults) return;
  const roles = (list: readonly { readonly access_level: number }[]) =>
    list.map(({ access_level }) => roleAccess(state, access_level));
  state.protectedBranches.push({
    id: nextId(state, "protectedBranch"),
    projectId: project.id,
    name,
    push: roles(defaults.allowed_to_push),
    merge: roles(defaults.allowed_to_merge),
    unprotect: [],
    allowForcePush: defaults.allow_force_push,
    codeOwnerApprovalRequired: defaults.code_owner_approval_required ?? false,
  });
}
