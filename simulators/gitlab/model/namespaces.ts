import { isNumericId } from "./paths.js";
import type { State } from "./server-state.js";
import type { User } from "./types/accounts.js";
import type { Group, Project } from "./types/projects.js";

/** What projects live in: a group, or a user's personal namespace. */
export type Namespace =
  | { readonly kind: "group"; readonly id: number; readonly group: Group }
  | { readonly kind: "user"; readonly id: number; readonly user: User };

/** The namespace with this id. */
export function namespaceById(state: State, id: number): Namespace | undefined {
  const group = state.groups.find((candidate) => candidate.id === id);
  if (group) return { kind: "group", id, group };
  const user = state.users.find((candidate) => candidate.namespaceId === id);
  return user ? { kind: "user", id, user } : undefined;
}

/** A group and those above it, nearest first. */
export function lineage(state: State, group: Group): Group[] {
  const line = [group];
  for (let next = group; next.parentId !== null; ) {
    const parent = state.groups.find((candidate) => candidate.id === next.parentId);
    if (!parent || line.includes(parent)) break;
    line.push(parent);
    next = parent;
  }
  return line;
}

/** Whether a lock is set in a group or above it: subgroups inherit it. */
export function isLocked(state: State, group: Group, lock: "share_with_group_lock" | "membership_lock"): boolean {
  return lineage(state, group).some(({ settings }) => settings[lock] === true);
}

/** `parent/child`. */
export function groupPath(state: State, group: Group): string {
  return lineage(state, group)
    .map((each) => each.path)
    .reverse()
    .join("/");
}

/** `Parent / Child`. */
export function groupName(state: State, group: Group): string {
  return lineage(state, group)
    .map((each) => each.name)
    .reverse()
    .join(" / ");
}

/** Path of a namespace, its ancestors' included. */
export function namespacePath(state: State, namespace: Namespace): string {
  return namespace.kind === "group" ? groupPath(state, namespace.group) : namespace.user.username;
}

/** `namespace/project`. */
export function projectPath(state: State, project: Project): string {
  const namespace = namespaceById(state, project.namespaceId);
  return `${namespace ? namespacePath(state, namespace) : "unknown"}/${project.path}`;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** A group by number or full path; paths are not case-sensitive. */
export function findGroup(state: State, id: string): Group | undefined {
  return isNumericId(id)
    ? state.groups.find((group) => group.id === Number(id))
    : state.groups.find((group) => same(groupPath(state, group), id));
}

/** A project by number or full path. */
export function findProject(state: State, id: string): Project | undefined {
  return isNumericId(id)
    ? state.projects.find((project) => project.id === Number(id))
    : state.projects.find((project) => same(projectPath(state, project), id));
}

/** A namespace by number or full path. */
export function findNamespace(state: State, id: string): Namespace | undefined {
  if (isNumericId(id)) return namespaceById(state, Number(id));
  const group = findGroup(state, id);
  if (group) return { kind: "group", id: group.id, group };
  const user = state.users.find((candidate) => same(candidate.username, id));
  return user ? { kind: "user", id: user.namespaceId, user } : undefined;
}

/** Whether a path is taken by a group, user or project of the same parent. */
export function pathTaken(state: State, parent: Namespace | undefined, path: string): boolean {
  const parentId = parent?.id ?? null;
  if (state.groups.some((group) => group.parentId === parentId && same(group.path, path))) return true;
  if (parentId === null) return state.users.some((user) => same(user.username, path));
  return state.projects.some((project) => project.namespaceId === parentId && same(project.path, path));
}
