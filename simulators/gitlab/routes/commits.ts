import { git } from "@timonier/kit/git";
import type { CommitAction } from "../commit-plan.js";
import { createCommit } from "../commits.js";
import { diff, emptyTree } from "../git/diff.js";
import { isAncestor, log, mergeBase, readCommit, resolve } from "../git/queries.js";
import { userOf } from "../http/lookups.js";
import { type Call, created, ok, page, type Route } from "../http/route.js";
import { codeRoute, projectRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { pipelineStatus, pipelinesOf } from "../model/pipelines.js";
import { apiError, forbidden, notFound } from "../model/problem.js";
import type { MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import { commitView, diffView } from "../views/commit.js";
import { mergeRequestView } from "../views/merge-request.js";
import { pipelineView } from "../views/pipeline.js";

const actions = {
  each: {
    needs: { action: ["create", "delete", "move", "update", "chmod"], file_path: "string" },
    may: {
      previous_path: "string",
      content: "content",
      encoding: ["text", "base64"],
      last_commit_id: "string",
      execute_filemode: "boolean",
    },
  },
} as const;

/** @see https://docs.gitlab.com/api/commits/ */
export const commitRoutes: readonly Route[] = [
  codeRoute(
    "GET",
    "/projects/:id/repository/commits",
    {
      may: {
        ref_name: "string",
        path: "string",
        since: "day",
        until: "day",
        all: "boolean",
        author: "string",
        first_parent: "boolean",
      },
      open: true,
    },
    async (call, project, values) => {
      const repository = repositoryOf(call.context, project);
      const start = await resolve(repository, values.ref_name ?? project.defaultBranch);
      if (!start && values.ref_name) throw notFound("Commit");
      const args = [
        ...(values.since ? [`--since=${values.since}`] : []),
        ...(values.until ? [`--until=${values.until}`] : []),
        ...(values.author ? [`--author=${values.author}`] : []),
        ...(values.first_parent ? ["--first-parent"] : []),
        ...(values.all ? ["--branches"] : []),
      ];
      const commits = start ? await log(repository, [start], { path: values.path, args }) : [];
      return page(call, commits, (commit) => commitView(call.context, project, commit));
    },
  ),
  projectRoute(
    "POST",
    "/projects/:id/repository/commits",
    {
      level: accessLevels.developer,
      needs: { branch: "string", commit_message: "string", actions },
      may: {
        start_branch: "string",
        start_sha: "string",
        force: "boolean",
        author_name: "string",
        author_email: "string",
        stats: "boolean",
      },
    },
    async (call, project, values) => {
      if (project.archived) throw forbidden();
      const id = await createCommit(call.context, project, userOf(call), {
        branch: values.branch,
        startBranch: values.start_branch,
        startSha: values.start_sha,
        force: values.force,
        message: values.commit_message,
        authorName: values.author_name,
        authorEmail: values.author_email,
        actions: values.actions.map(checkAction),
        refused: () => forbidden("You are not allowed to push into this branch"),
      });
      return created(await render(call, project, id));
    },
  ),
  codeRoute(
    "GET",
    "/projects/:id/repository/commits/:sha",
    { may: { stats: "boolean" }, open: true },
    async (call, project) => ok(await render(call, project, await commitOf(call, project))),
  ),
  codeRoute("GET", "/projects/:id/repository/commits/:sha/diff", { open: true }, async (call, project) => {
    const repository = repositoryOf(call.context, project);
    const commit = await readCommit(repository, await commitOf(call, project));
    if (!commit) throw notFound("Commit");
    return page(call, await diff(repository, commit.parents[0] ?? emptyTree, commit.id), diffView);
  }),
  codeRoute(
    "GET",
    "/projects/:id/repository/commits/:sha/refs",
    { may: { type: ["branch", "tag", "all"] as const }, open: true },
    async (call, project, { type = "all" }) => {
      const sha = await commitOf(call, project);
      const kinds = (["branch", "tag"] as const).filter((kind) => type === "all" || type === kind);
      const lists = await Promise.all(
        kinds.map(async (kind) => {
          const args = ["for-each-ref", "--format=%(refname:lstrip=2)", `--contains=${sha}`];
          const text = await git(repositoryOf(call.context, project), [
            ...args,
            kind === "tag" ? "refs/tags" : "refs/heads",
          ]);
          return text
            .split("\n")
            .filter(Boolean)
            .map((name) => ({ type: kind, name }));
        }),
      );
      return page(call, lists.flat(), (each) => each);
    },
  ),
  codeRoute(
    "GET",
    "/projects/:id/repository/commits/:sha/merge_requests",
    { may: { state: ["opened", "closed", "merged", "locked"] }, open: true },
    async (call, project, { state }) => {
      const repository = repositoryOf(call.context, project);
      const sha = await commitOf(call, project);
      const found: MergeRequest[] = [];
      for (const request of call.state.mergeRequests) {
        if (request.projectId !== project.id || request.sha === "" || (state && request.state !== state)) continue;
        const own = request.mergeCommitSha === sha || request.squashCommitSha === sha;
        const within = async () =>
          (await isAncestor(repository, sha, request.sha)) && !(await isAncestor(repository, sha, request.baseSha));
        if (own || (await within())) found.push(request);
      }
      return page(call, found, (request) => mergeRequestView(call.context, project, request));
    },
  ),
  codeRoute(
    "GET",
    "/projects/:id/repository/merge_base",
    { needs: { refs: "strings" }, open: true },
    async (call, project, { refs }) => {
      const repository = repositoryOf(call.context, project);
      const [one, other] = await Promise.all([resolve(repository, refs[0] ?? ""), resolve(repository, refs[1] ?? "")]);
      if (!one || !other) throw apiError(400, "Could not find ref");
      const base = await mergeBase(repository, one, other);
      if (!base) throw notFound("Merge Base");
      return ok(await render(call, project, base));
    },
  ),
];

/** @throws Problem for a move that does not say from where */
function checkAction(action: CommitAction, index: number): CommitAction {
  if (action.action === "move" && !action.previous_path)
    throw apiError(400, `actions[${index}][previous_path] is missing`);
  return action;
}

/** The commit that the address names. @throws Problem 404 */
export async function commitOf(call: Call, project: Project): Promise<string> {
  const id = await resolve(repositoryOf(call.context, project), call.path.sha ?? "");
  if (!id) throw notFound("Commit");
  return id;
}

async function render(call: Call, project: Project, id: string) {
  const repository = repositoryOf(call.context, project);
  const commit = await readCommit(repository, id);
  if (!commit) throw notFound("Commit");
  const changes = await diff(repository, commit.parents[0] ?? emptyTree, id);
  const count = (sign: string) =>
    changes.reduce((sum, { patch }) => sum + patch.split("\n").filter((line) => line.startsWith(sign)).length, 0);
  const pipeline = pipelinesOf(call.state, project.id, { sha: id })[0];
  const [additions, deletions] = [count("+"), count("-")];
  return {
    ...commitView(call.context, project, commit),
    stats: { additions, deletions, total: additions + deletions },
    status: pipeline ? pipelineStatus(call.state, pipeline) : null,
    project_id: project.id,
    last_pipeline: pipeline ? pipelineView(call.context, project, pipeline) : null,
  };
}
