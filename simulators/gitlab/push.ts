import { branchHeads } from "./git/queries.js";
import { setHead } from "./git/repositories.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { refreshMergeRequests } from "./merge-requests.js";
import { protectDefaultBranch, type RefChange, zeroId } from "./model/protection.js";
import type { User } from "./model/types/accounts.js";
import type { Project } from "./model/types/projects.js";
import { pushPayload } from "./views/push-event.js";

/**
 * The work after every change of a repository, by Git or by the API: the default branch is set and
 * protected, merge requests are refreshed, webhooks are sent. Returns when the state is on disk.
 */
export async function afterPush(
  context: Context,
  project: Project,
  user: User,
  asked: readonly RefChange[],
): Promise<void> {
  const repository = repositoryOf(context, project);
  const heads = await branchHeads(repository);
  // A push that Git or the hook refused has not moved the branch.
  const done = asked.filter((change) => {
    const branch = /^refs\/heads\/(.+)$/.exec(change.ref)?.[1];
    return branch === undefined || (heads.get(branch) ?? zeroId) === change.after;
  });
  if (done.length === 0) return;
  await settleDefaultBranch(context, project, heads);
  project.lastActivityAt = new Date().toISOString();
  await refreshMergeRequests(context, project, user, heads);
  await context.store.save();
  for (const change of done) {
    const [, kind = "", name = ""] = /^refs\/(heads|tags)\/(.+)$/.exec(change.ref) ?? [];
    if (kind === "") continue;
    const tag = kind === "tags";
    context.deliver({
      project,
      trigger: tag ? "tag_push_events" : "push_events",
      name: tag ? "Tag Push Hook" : "Push Hook",
      branch: name,
      payload: await pushPayload(context, project, user, change),
    });
  }
}

/** The first branch of an empty project becomes its default branch; the default branch is protected when it appears. */
export async function settleDefaultBranch(
  context: Context,
  project: Project,
  heads: ReadonlyMap<string, string>,
): Promise<void> {
  const [first] = heads.keys();
  if (!project.protectionPending || first === undefined) return;
  if (!heads.has(project.defaultBranch)) {
    project.defaultBranch = first;
    await setHead(repositoryOf(context, project), first);
  }
  protectDefaultBranch(stateOf(context), project);
}
