import { emptyState, nextId, type State } from "../../../../simulators/gitlab/model/server-state.js";
import type { User } from "../../../../simulators/gitlab/model/types/accounts.js";
import type { Group, Project } from "../../../../simulators/gitlab/model/types/projects.js";

const now = "2026-01-01T00:00:00.000Z";

/** A state without anything in it. */
export const newState = (): State => emptyState();

export function addUser(state: State, username: string, wish: Partial<User> = {}): User {
  const user: User = {
    id: nextId(state, "user"),
    username,
    name: username,
    email: `${username}@example.com`,
    state: "active",
    admin: false,
    bot: false,
    namespaceId: nextId(state, "namespace"),
    createdAt: now,
    ...wish,
  };
  state.users.push(user);
  return user;
}

export function addGroup(state: State, path: string, wish: Partial<Group> = {}): Group {
  const group: Group = {
    id: nextId(state, "namespace"),
    path,
    name: path,
    parentId: null,
    visibility: "private",
    createdAt: now,
    markedForDeletionOn: null,
    before: null,
    settings: {},
    ...wish,
  };
  state.groups.push(group);
  return group;
}

export function addProject(state: State, path: string, namespaceId: number, wish: Partial<Project> = {}): Project {
  const project: Project = {
    id: nextId(state, "project"),
    path,
    name: path,
    namespaceId,
    visibility: "private",
    creatorId: 1,
    createdAt: now,
    lastActivityAt: now,
    updatedAt: now,
    defaultBranch: "main",
    archived: false,
    repository: `${path}.git`,
    protectionPending: false,
    markedForDeletionOn: null,
    before: null,
    settings: {},
    ...wish,
  };
  state.projects.push(project);
  return project;
}

export function addMember(
  state: State,
  source: Project | Group,
  user: User,
  accessLevel: number,
  expiresAt: string | null = null,
) {
  const kind = "repository" in source ? "project" : "group";
  const member = {
    source: kind,
    sourceId: source.id,
    userId: user.id,
    accessLevel,
    expiresAt,
    createdAt: now,
    createdBy: 1,
  } as const;
  state.members.push(member);
  return member;
}
