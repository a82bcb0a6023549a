import { commitFiles } from "./git/commit.js";
import { branchHead } from "./git/queries.js";
import { createRepository, removeRepository, setHead } from "./git/repositories.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { accessLevels } from "./model/access-level.js";
import { groupLevel } from "./model/membership.js";
import { type Namespace, namespaceById, pathTaken, projectPath } from "./model/namespaces.js";
import { nameErrors, pathErrors, refNameError, slug } from "./model/paths.js";
import { badRequest, invalid, problem } from "./model/problem.js";
import { zeroId } from "./model/protection.js";
import { randomHex } from "./model/secrets.js";
import { nextId, removeWhere } from "./model/server-state.js";
import type { User } from "./model/types/accounts.js";
import type { Project, Visibility } from "./model/types/projects.js";
import { afterPush } from "./push.js";

/** What a new project is made from. */
export interface NewProject {
  readonly name?: string | undefined;
  readonly path?: string | undefined;
  readonly visibility?: Visibility | undefined;
  readonly defaultBranch?: string | undefined;
  readonly readme?: boolean | undefined;
  readonly settings: Record<string, unknown>;
}

/** Makes a project with its empty repository. @throws Problem for what is invalid or taken */
export function createProject(
  context: Context,
  creator: User,
  namespace: Namespace,
  wish: NewProject,
): Promise<Project> {
  return context.locks.run("projects", async () => {
    const state = stateOf(context);
    const name = wish.name ?? wish.path ?? "";
    const path = wish.path ?? slug(name);
    checkProject(context, namespace, { name, path });
    const inherited = namespace.kind === "group" ? namespace.group.settings.default_branch : undefined;
    const defaultBranch = wish.defaultBranch || String(inherited || "main");
    if (refNameError("branch", defaultBranch)) throw invalid({ default_branch: ["is invalid"] });
    const repository = `${randomHex(16)}.git`;
    await createRepository(context.layout.repositories, repository, defaultBranch);
    const now = new Date().toISOString();
    const project: Project = {
      id: nextId(state, "project"),
      path,
      name,
      namespaceId: namespace.id,
      visibility: wish.visibility ?? "private",
      creatorId: creator.id,
      createdAt: now,
      lastActivityAt: now,
      updatedAt: now,
      defaultBranch,
      archived: false,
      repository,
      protectionPending: true,
      markedForDeletionOn: null,
      before: null,
      settings: wish.settings,
    };
    state.projects.push(project);
    // Who may create in a group without owning it owns at least what she created.
    if (namespace.kind === "group" && groupLevel(state, creator, namespace.group) < accessLevels.owner) {
      const [source, sourceId] = ["project" as const, project.id];
      state.members.push({
        source,
        sourceId,
        userId: creator.id,
        accessLevel: accessLevels.owner,
        expiresAt: null,
        createdAt: now,
        createdBy: creator.id,
      });
    }
    if (wish.readme) await addReadme(context, project, creator);
    return project;
  });
}

/** @throws Problem with every error of a name and path at once */
function checkProject(
  context: Context,
  namespace: Namespace,
  { name, path }: { readonly name: string; readonly path: string },
  self?: Project,
): void {
  const state = stateOf(context);
  const errors: Record<string, string[]> = {};
  const add = (attribute: string, found: string[]) => {
    if (found.length > 0) errors[attribute] = [...(errors[attribute] ?? []), ...found];
  };
  add("name", nameErrors(name));
  add("path", pathErrors(path, "project"));
  const others = state.projects.filter((other) => other !== self && other.namespaceId === namespace.id);
  if (others.some((other) => other.name === name)) add("name", ["has already been taken"]);
  if (self?.path !== path && pathTaken(state, namespace, path)) add("path", ["has already been taken"]);
  if (Object.keys(errors).length > 0) throw invalid(errors);
}

async function addReadme(context: Context, project: Project, creator: User): Promise<void> {
  const after = await commitFiles(repositoryOf(context, project), {
    branch: project.defaultBranch,
    parent: undefined,
    expected: undefined,
    message: "Initial commit",
    author: creator,
    committer: creator,
    changes: [{ kind: "write", path: "README.md", content: Buffer.from(`# ${project.name}\n`), executable: false }],
  });
  await afterPush(context, project, creator, [{ ref: `refs/heads/${project.defaultBranch}`, before: zeroId, after }]);
}

/** Renames, moves and changes what is kept. @throws Problem for what is invalid or taken */
export async function updateProject(
  context: Context,
  project: Project,
  wish: Omit<NewProject, "readme">,
): Promise<void> {
  const namespace = namespaceById(stateOf(context), project.namespaceId);
  const name = wish.name ?? project.name;
  const path = wish.path ?? project.path;
  if (namespace && (name !== project.name || path !== project.path))
    checkProject(context, namespace, { name, path }, project);
  const repository = repositoryOf(context, project);
  const branch = wish.defaultBranch;
  if (branch && branch !== project.defaultBranch) {
    if (refNameError("branch", branch)) throw invalid({ default_branch: ["is invalid"] });
    // An empty project has no branch yet: its default branch is only a name.
    const missing = !(await branchHead(repository, branch)) && (await branchHead(repository, project.defaultBranch));
    if (missing) throw invalid({ base: [`Could not change HEAD: branch '${branch}' does not exist`] });
    await setHead(repository, branch);
  }
  Object.assign(project, { name, path, updatedAt: new Date().toISOString() });
  if (wish.visibility) project.visibility = wish.visibility;
  if (branch) project.defaultBranch = branch;
  Object.assign(project.settings, wish.settings);
}

/**
 * First step of a deletion: archived, and its path free for a new project.
 *
 * @see https://docs.gitlab.com/api/projects/#delete-a-project
 */
export function markForDeletion(project: Project): void {
  if (project.markedForDeletionOn) throw badRequest("Project has been already marked for deletion");
  project.before = { path: project.path, name: project.name, archived: project.archived };
  project.markedForDeletionOn = new Date().toISOString().slice(0, 10);
  project.path = `${project.path}-deletion_scheduled-${project.id}`;
  project.name = `${project.name}-deletion_scheduled-${project.id}`;
  project.archived = true;
}

/** Takes a deletion back. @throws Problem when the old path was taken since */
export function restoreProject(context: Context, project: Project): void {
  if (!project.before) throw problem(400, "Project has not been marked for deletion");
  const namespace = namespaceById(stateOf(context), project.namespaceId);
  if (namespace) checkProject(context, namespace, project.before, project);
  Object.assign(project, project.before, { before: null, markedForDeletionOn: null });
}

/** @throws Problem unless the second step of a deletion may be done */
export function checkPurge(context: Context, project: Project, fullPath: string | undefined): void {
  if (!project.markedForDeletionOn) throw problem(400, "Project must be marked for deletion first.");
  if (fullPath !== projectPath(stateOf(context), project)) {
    throw problem(400, "`full_path` is incorrect. You must enter the complete path for the project.");
  }
}

/**
 * Removes projects and all that belongs to them: from the state first, so that a kill leaves only a
 * folder to sweep.
 */
export async function purgeProjects(context: Context, projects: readonly Project[]): Promise<void> {
  const state = stateOf(context);
  const ids = new Set(projects.map((project) => project.id));
  const own = ({ projectId }: { projectId: number }) => ids.has(projectId);
  const owned = ({ owner }: { owner: { kind: string; id?: number } }) =>
    owner.kind === "project" && ids.has(owner.id ?? 0);
  const bots = new Set(state.tokens.filter(owned).map((token) => token.userId));
  for (const list of [state.mergeRequests, state.notes, state.hooks, state.schedules, state.approvalRules] as {
    projectId: number;
  }[][]) {
    removeWhere(list, own);
  }
  for (const list of [
    state.protectedBranches,
    state.protectedTags,
    state.deployKeys,
    state.shares,
    state.commitStatuses,
    state.pipelines,
    state.labels,
  ] as {
    projectId: number;
  }[][]) {
    removeWhere(list, own);
  }
  removeWhere(state.deployTokens, owned);
  removeWhere(state.variables, owned);
  removeWhere(state.tokens, owned);
  removeWhere(state.users, (user) => bots.has(user.id));
  removeWhere(state.members, (member) => member.source === "project" && ids.has(member.sourceId));
  removeWhere(state.projects, (project) => ids.has(project.id));
  const folders = projects.map((project) => project.repository);
  state.purge.push(...folders);
  await context.store.save();
  for (const folder of folders) {
    await removeRepository(context.layout.repositories, folder);
    removeWhere(state.purge, (name) => name === folder);
  }
  await context.store.save();
}
