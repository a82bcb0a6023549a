import { log } from "./git/queries.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { defaultMergeTemplate, defaultSquashTemplate, fillTemplate } from "./model/merge-message.js";
import { projectPath } from "./model/namespaces.js";
import type { User } from "./model/types/accounts.js";
import type { LocatedRequest, MergeRequest } from "./model/types/merge-requests.js";
import { projectUrl } from "./views/commit.js";

const person = (user: User | undefined) => (user ? `${user.name} <${user.email}>` : "");

/** The message of a merge commit, or of the commit that the branch is squashed into, by the project's template. */
export async function mergeMessage(
  context: Context,
  at: LocatedRequest,
  user: User,
  kind: "merge" | "squash",
): Promise<string> {
  const { settings } = at.project;
  const template = kind === "merge" ? settings.merge_commit_template : settings.squash_commit_template;
  const fallback = kind === "merge" ? defaultMergeTemplate : defaultSquashTemplate;
  return fillTemplate(String(template || fallback), await valuesOf(context, at, user));
}

async function valuesOf(
  context: Context,
  { project, request }: LocatedRequest,
  user: User,
): Promise<Record<string, string>> {
  const path = projectPath(stateOf(context), project);
  return {
    source_branch: request.sourceBranch,
    target_branch: request.targetBranch,
    title: request.title,
    description: request.description ?? "",
    // Issues are not served.
    issues: "",
    reference: `${path}!${request.iid}`,
    local_reference: `!${request.iid}`,
    url: `${projectUrl(context, project)}/-/merge_requests/${request.iid}`,
    source_project_id: String(project.id),
    merged_by: person(user),
    ...peopleOf(context, request),
    ...(await commitsOf(context, { project, request })),
  };
}

function peopleOf(context: Context, request: MergeRequest): Record<string, string> {
  const { users } = stateOf(context);
  const find = (id: number) => users.find((each) => each.id === id);
  const trailers = (name: string, ids: readonly number[]) => ids.map((id) => `${name}: ${person(find(id))}`).join("\n");
  return {
    merge_request_author: person(find(request.authorId)),
    approved_by: trailers(
      "Approved-by",
      request.approvedBy.map(({ userId }) => userId),
    ),
    reviewed_by: trailers("Reviewed-by", request.reviewerIds),
  };
}

async function commitsOf(context: Context, { project, request }: LocatedRequest): Promise<Record<string, string>> {
  const commits = await log(repositoryOf(context, project), [`${request.baseSha}..${request.sha}`]);
  const messages = commits.map(({ message }) => message.trim()).reverse();
  const multiline = messages.find((message) => message.includes("\n"));
  const [first = ""] = messages;
  return {
    first_commit: first,
    first_multiline_commit: multiline ?? request.title,
    first_multiline_commit_description: multiline?.split("\n").slice(1).join("\n").trim() ?? "",
    all_commits: messages
      .map((message) => `* ${message}`)
      .reverse()
      .join("\n\n"),
  };
}
