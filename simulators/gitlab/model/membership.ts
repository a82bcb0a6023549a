import { accessLevels } from "./access-level.js";
import { lineage, namespaceById } from "./namespaces.js";
import type { State } from "./server-state.js";
import type { User } from "./types/accounts.js";
import type { Group, Member, Project, Visibility } from "./types/projects.js";

const current = (expiresAt: string | null, now: Date) =>
  expiresAt === null || now.toISOString().slice(0, 10) < expiresAt;

/** Members of a group and of those above it; the highest role of each user counts. */
export function inheritedMembers(state: State, group: Group): Member[] {
  const ids = lineage(state, group).map((each) => each.id);
  return state.members.filter((member) => member.source === "group" && ids.includes(member.sourceId));
}

/** Every membership that counts for a project: its own, its groups'. */
export function projectMembers(state: State, project: Project): Member[] {
  const own = state.members.filter((member) => member.source === "project" && member.sourceId === project.id);
  const namespace = namespaceById(state, project.namespaceId);
  return namespace?.kind === "group" ? [...own, ...inheritedMembers(state, namespace.group)] : own;
}

/** A user's role in a group, administrators being owners everywhere. */
export function groupLevel(state: State, user: User | undefined, group: Group, now = new Date()): number {
  if (user?.state !== "active") return accessLevels.none;
  if (user.admin) return accessLevels.owner;
  return highest(inheritedMembers(state, group), user, now);
}

/**
 * A user's role in a project: from the project, its groups, groups that it is shared with, or
 * ownership of the namespace.
 */
export function projectLevel(state: State, user: User | undefined, project: Project, now = new Date()): number {
  if (user?.state !== "active") return accessLevels.none;
  if (user.admin) return accessLevels.owner;
  const namespace = namespaceById(state, project.namespaceId);
  if (namespace?.kind === "user" && namespace.user.id === user.id) return accessLevels.owner;
  const shared = state.shares
    .filter((share) => share.projectId === project.id && current(share.expiresAt, now))
    .map((share) => {
      const group = state.groups.find((candidate) => candidate.id === share.groupId);
      return group ? Math.min(share.accessLevel, groupLevel(state, user, group, now)) : 0;
    });
  return Math.max(highest(projectMembers(state, project), user, now), ...shared);
}

function highest(members: readonly Member[], user: User, now: Date): number {
  return members
    .filter((member) => member.userId === user.id && current(member.expiresAt, now))
    .reduce((level, member) => Math.max(level, member.accessLevel), 0);
}

/** Whether a user (undefined for an anonymous visitor) may know that a project exists. */
export function canSeeProject(state: State, user: User | undefined, project: Project): boolean {
  return open(user, project.visibility) || projectLevel(state, user, project) >= accessLevels.minimal;
}

/** Whether a user may know that a group exists: members of anything inside it do. */
export function canSeeGroup(state: State, user: User | undefined, group: Group): boolean {
  if (open(user, group.visibility) || groupLevel(state, user, group) >= accessLevels.minimal) return true;
  if (!user) return false;
  return state.projects.some((project) => {
    const namespace = namespaceById(state, project.namespaceId);
    const inside = namespace?.kind === "group" && lineage(state, namespace.group).includes(group);
    return inside && projectLevel(state, user, project) >= accessLevels.minimal;
  });
}

/** Whether a user may read a project's code: every user of an open project, else reporters. */
export function canReadCode(state: State, user: User | undefined, project: Project): boolean {
  const level = projectLevel(state, user, project);
  const access = project.settings.repository_access_level ?? "enabled";
  if (access === "disabled") return false;
  if (open(user, project.visibility) && (access === "enabled" || level >= accessLevels.guest)) return true;
  return level >= accessLevels.reporter;
}

function open(user: User | undefined, visibility: Visibility): boolean {
  return visibility === "public" || (visibility === "internal" && user !== undefined);
}
