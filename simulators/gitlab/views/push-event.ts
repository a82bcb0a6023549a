import { changedPaths } from "../git/changed-paths.js";
import { log, readCommit } from "../git/queries.js";
import { readTag } from "../git/tag.js";
import { type Context, repositoryOf } from "../http/server-context.js";
import { namespaceById, namespacePath, projectPath } from "../model/namespaces.js";
import { type RefChange, zeroId } from "../model/protection.js";
import type { User } from "../model/types/accounts.js";
import type { Project } from "../model/types/projects.js";
import { projectUrl, titleOf } from "./commit.js";
import { apiTime } from "./time.js";

const visibilities = { private: 0, internal: 10, public: 20 } as const;

/** A project as webhooks describe it. */
export function hookProject(context: Context, project: Project): Record<string, unknown> {
  const url = projectUrl(context, project);
  const namespace = namespaceById(context.store.state, project.namespaceId);
  const path = projectPath(context.store.state, project);
  return {
    id: project.id,
    name: project.name,
    description: project.settings.description ?? null,
    web_url: url,
    avatar_url: null,
    git_ssh_url: `git@${new URL(context.url).hostname}:${path}.git`,
    git_http_url: `${url}.git`,
    namespace: namespace ? namespacePath(context.store.state, namespace) : "",
    visibility_level: visibilities[project.visibility],
    path_with_namespace: path,
    default_branch: project.defaultBranch,
    ci_config_path: project.settings.ci_config_path ?? "",
  };
}

/** Body of a push event. @see https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events */
export async function pushPayload(
  context: Context,
  project: Project,
  user: User,
  change: RefChange,
): Promise<Record<string, unknown>> {
  const repository = repositoryOf(context, project);
  const gone = change.after === zeroId;
  const tag = change.ref.startsWith("refs/tags/");
  const range = change.before === zeroId ? [change.after] : [change.after, `^${change.before}`];
  const commits = gone ? [] : await log(repository, range, { args: ["--max-count=20", "--reverse"] }).catch(() => []);
  const paths = await changedPaths(
    repository,
    commits.map(({ id }) => id),
  );
  const annotated = tag && !gone ? await readTag(repository, change.ref.slice("refs/tags/".length)) : undefined;
  const head = gone ? undefined : await readCommit(repository, change.after);
  return {
    object_kind: tag ? "tag_push" : "push",
    event_name: tag ? "tag_push" : "push",
    before: change.before,
    after: change.after,
    ref: change.ref,
    ref_protected: context.store.state.protectedBranches.some(
      (rule) => rule.projectId === project.id && `refs/heads/${rule.name}` === change.ref,
    ),
    checkout_sha: gone ? null : (head?.id ?? change.after),
    message: annotated?.message ?? null,
    user_id: user.id,
    user_name: user.name,
    user_username: user.username,
    user_email: null,
    user_avatar: null,
    project_id: project.id,
    project: hookProject(context, project),
    commits: (commits.length > 0 ? commits : head ? [head] : []).map((commit) => ({
      id: commit.id,
      message: commit.message,
      title: titleOf(commit.message),
      timestamp: apiTime(commit.committedAt),
      url: `${projectUrl(context, project)}/-/commit/${commit.id}`,
      author: { name: commit.authorName, email: commit.authorEmail },
      ...(paths.get(commit.id) ?? { added: [], modified: [], removed: [] }),
    })),
    total_commits_count: commits.length,
    push_options: {},
    repository: {
      name: project.name,
      url: `${projectUrl(context, project)}.git`,
      description: project.settings.description ?? null,
      homepage: projectUrl(context, project),
      git_http_url: `${projectUrl(context, project)}.git`,
      visibility_level: visibilities[project.visibility],
    },
  };
}
