import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { branchHeads } from "./git/queries.js";
import { createRepository, hasRefs, listRepositories, removeRepository, repairRepository } from "./git/repositories.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { refreshMergeRequests } from "./merge-requests.js";
import { removeWhere } from "./model/server-state.js";
import { settleDefaultBranch } from "./push.js";

/**
 * Reconciles the state and the repositories after a kill. Git is authoritative for commits, the
 * state for everything else: an incomplete repository is removed, one without a project is set
 * aside, a project without a repository gets an empty one, and merge requests and default branches
 * are refreshed.
 */
export async function reconcile(context: Context): Promise<void> {
  const state = stateOf(context);
  const folder = context.layout.repositories;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { whole, drafts } = await listRepositories(folder);
  for (const draft of drafts) await removeRepository(folder, draft);
  const wanted = new Set(state.projects.map((project) => project.repository));
  for (const name of whole.filter((each) => !wanted.has(each))) await sweep(context, name);
  removeWhere(state.purge, () => true);
  for (const project of state.projects) {
    const repository = repositoryOf(context, project);
    if (!whole.includes(project.repository)) {
      context.log(`project ${project.id} has lost its repository; it has an empty one now`);
      await createRepository(folder, project.repository, project.defaultBranch);
      project.protectionPending = true;
      continue;
    }
    await repairRepository(repository);
    const heads = await branchHeads(repository);
    await settleDefaultBranch(context, project, heads);
    await refreshMergeRequests(context, project, undefined, heads);
  }
}

/**
 * A repository without a project: the rest of a deletion or of an interrupted creation is removed,
 * any other is set aside.
 */
async function sweep(context: Context, name: string): Promise<void> {
  const { repositories, lost } = context.layout;
  const deleted = stateOf(context).purge.includes(name);
  if (deleted || !(await hasRefs(join(repositories, name)))) {
    await removeRepository(repositories, name);
    return;
  }
  await mkdir(lost, { recursive: true, mode: 0o700 });
  await rename(join(repositories, name), join(lost, name));
  context.log(`repository ${name} belongs to no project; it is in ${lost} now`);
}
