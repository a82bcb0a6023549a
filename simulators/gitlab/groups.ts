import type { Context } from "./http/server-context.js";
import { groupPath, lineage, pathTaken } from "./model/namespaces.js";
import { nameErrors, pathErrors } from "./model/paths.js";
import { invalid, problem } from "./model/problem.js";
import { removeWhere, type State } from "./model/server-state.js";
import type { Group } from "./model/types/projects.js";
import { markForDeletion, purgeProjects } from "./projects.js";

/** @throws Problem with every error of a group's name and path. @param self the group itself, when it is renamed */
export function checkGroup(
  state: State,
  { name, path }: { readonly name: string; readonly path: string },
  parent: Group | undefined,
  self?: Group,
): void {
  const namespace = parent && ({ kind: "group", id: parent.id, group: parent } as const);
  const taken = self?.path !== path && pathTaken(state, namespace, path);
  const path_ = [...pathErrors(path, "namespace"), ...(taken ? ["has already been taken"] : [])];
  const name_ = nameErrors(name);
  if (path_.length + name_.length > 0)
    throw invalid({ ...(name_.length && { name: name_ }), ...(path_.length && { path: path_ }) });
}

/** The group above a group. */
export function parentOf(state: State, group: Group): Group | undefined {
  return state.groups.find(({ id }) => id === group.parentId);
}

/** First step of a deletion: the group and its projects are marked, and their paths are free. */
export function markGroupForDeletion(state: State, group: Group, now: Date): void {
  if (group.markedForDeletionOn) throw problem(400, "Group has been already marked for deletion");
  group.before = { path: group.path, name: group.name };
  group.markedForDeletionOn = now.toISOString().slice(0, 10);
  group.path = `${group.path}-deletion_scheduled-${group.id}`;
  group.name = `${group.name}-deletion_scheduled-${group.id}`;
  for (const project of state.projects) {
    if (project.namespaceId === group.id && !project.markedForDeletionOn) markForDeletion(project);
  }
}

/** @throws Problem unless the second step of a deletion may be done */
export function checkGroupPurge(state: State, group: Group, fullPath: string | undefined): void {
  if (!group.markedForDeletionOn) throw problem(400, "Group must be marked for deletion first.");
  if (fullPath !== groupPath(state, group))
    throw problem(400, "`full_path` is incorrect. You must enter the complete path for the subgroup.");
}

/** Second step of a deletion: removes a group, its subgroups and all that belongs to them. */
export async function purgeGroup(context: Context, top: Group): Promise<void> {
  const { state } = context.store;
  const groups = state.groups.filter((group) => lineage(state, group).includes(top));
  const ids = new Set(groups.map((group) => group.id));
  const projects = state.projects.filter((project) => ids.has(project.namespaceId));
  await purgeProjects(context, projects);
  removeWhere(state.members, (member) => member.source === "group" && ids.has(member.sourceId));
  removeWhere(state.shares, (share) => ids.has(share.groupId));
  for (const list of [state.tokens, state.deployTokens, state.variables] as OwnedBy[][])
    removeWhere(list, ({ owner }) => owner.kind === "group" && ids.has(owner.id ?? 0));
  removeWhere(state.groups, (group) => ids.has(group.id));
  await context.store.save();
}

interface OwnedBy {
  readonly owner: { readonly kind: string; readonly id?: number };
}
