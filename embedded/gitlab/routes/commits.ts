import { type CommitAction, createCommit } from "../commits.js";
import { diff, emptyTree } from "../git/diff.js";
import { log, mergeBase, readCommit, resolve } from "../git/read.js";
import { repositoryOf } from "../http/context.js";
import { type Call, created, ok, page, projectOf, type Route, route, userOf } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { fault, forbidden, notFound } from "../model/problem.js";
import { nextId } from "../model/state.js";
import type { CommitStatus, Project } from "../model/types.js";
import { commitView, diffView, projectUrl } from "../views/commit.js";
import { userById } from "../views/user.js";
import { codeOf } from "./branches.js";

const kinds = ["create", "delete", "move", "update", "chmod"];
const stated = ["pending", "running", "success", "failed", "canceled", "skipped"] as const;

/** @see https://docs.gitlab.com/api/commits/ */
export const commitRoutes: readonly Route[] = [
  route(
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
    async (call, values) => {
      const project = codeOf(call);
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
  route(
    "POST",
    "/projects/:id/repository/commits",
    {
      needs: { branch: "string", commit_message: "string", actions: "objects" },
      may: {
        start_branch: "string",
        start_sha: "string",
        force: "boolean",
        author_name: "string",
        author_email: "string",
        stats: "boolean",
      },
    },
    async (call, values) => {
      const project = projectOf(call, accessLevels.developer);
      if (project.archived) throw forbidden();
      const refused = () => forbidden("You are not allowed to push into this branch");
      const id = await createCommit(
        call.context,
        project,
        userOf(call),
        {
          branch: values.branch,
          startBranch: values.start_branch,
          startSha: values.start_sha,
          force: values.force,
          message: values.commit_message,
          authorName: values.author_name,
          authorEmail: values.author_email,
          actions: values.actions.map(readAction),
        },
        refused,
      );
      return created(await render(call, project, id));
    },
  ),
  route("GET", "/projects/:id/repository/commits/:sha", { may: { stats: "boolean" }, open: true }, async (call) => {
    const project = codeOf(call);
    return ok(await render(call, project, await commitOf(call, project)));
  }),
  route("GET", "/projects/:id/repository/commits/:sha/diff", { open: true }, async (call) => {
    const project = codeOf(call);
    const repository = repositoryOf(call.context, project);
    const commit = await readCommit(repository, await commitOf(call, project));
    if (!commit) throw notFound("Commit");
    return page(call, await diff(repository, commit.parents[0] ?? emptyTree, commit.id), diffView);
  }),
  route(
    "GET",
    "/projects/:id/repository/merge_base",
    { needs: { refs: "strings" }, open: true },
    async (call, { refs }) => {
      const project = codeOf(call);
      const repository = repositoryOf(call.context, project);
      const [one, other] = await Promise.all([resolve(repository, refs[0] ?? ""), resolve(repository, refs[1] ?? "")]);
      if (!one || !other) throw fault(400, "Could not find ref");
      const base = await mergeBase(repository, one, other);
      if (!base) throw notFound("Merge Base");
      return ok(await render(call, project, base));
    },
  ),
  route(
    "GET",
    "/projects/:id/repository/commits/:sha/statuses",
    { may: { ref: "string", name: "string", all: "boolean" } },
    async (call, values) => {
      const project = codeOf(call);
      const sha = await commitOf(call, project);
      const found = call.state.commitStatuses.filter(
        (status) =>
          status.projectId === project.id && status.sha === sha && (!values.name || status.name === values.name),
      );
      return page(call, found, (status) => statusView(call, project, status));
    },
  ),
  route(
    "POST",
    "/projects/:id/statuses/:sha",
    {
      needs: { state: stated },
      may: { ref: "string", name: "string", context: "string", target_url: "string", description: "string" },
    },
    async (call, values) => {
      const project = projectOf(call, accessLevels.developer);
      const sha = await commitOf(call, project);
      const name = values.name ?? values.context ?? "default";
      const { commitStatuses } = call.state;
      let status = commitStatuses.find(
        (each) => each.projectId === project.id && each.sha === sha && each.name === name,
      );
      if (!status) {
        status = {
          id: nextId(call.state, "commitStatus"),
          projectId: project.id,
          sha,
          ref: values.ref ?? project.defaultBranch,
          name,
          status: values.state,
          description: null,
          targetUrl: null,
          authorId: userOf(call).id,
          createdAt: call.now.toISOString(),
        };
        commitStatuses.push(status);
      }
      const { state, description = status.description, target_url: targetUrl = status.targetUrl } = values;
      Object.assign(status, { status: state, description, targetUrl });
      return created(statusView(call, project, status));
    },
  ),
];

function readAction(raw: Readonly<Record<string, unknown>>, index: number): CommitAction {
  const text = (name: string) => (raw[name] === undefined || raw[name] === null ? undefined : String(raw[name]));
  const action = text("action");
  if (!action) throw fault(400, "actions[".concat(String(index), "][action] is missing"));
  if (!kinds.includes(action)) throw fault(400, `actions[${index}][action] does not have a valid value`);
  const path = text("file_path");
  if (!path) throw fault(400, `actions[${index}][file_path] is missing`);
  if (action === "move" && !text("previous_path")) throw fault(400, `actions[${index}][previous_path] is missing`);
  const bit = raw.execute_filemode;
  return {
    action,
    file_path: path,
    previous_path: text("previous_path"),
    content: text("content"),
    encoding: text("encoding"),
    last_commit_id: text("last_commit_id"),
    execute_filemode: bit === undefined || bit === null ? undefined : bit === true || bit === "true",
  };
}

async function commitOf(call: Call, project: Project): Promise<string> {
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
  const [additions, deletions] = [count("+"), count("-")];
  return {
    ...commitView(call.context, project, commit),
    stats: { additions, deletions, total: additions + deletions },
    status: null,
    project_id: project.id,
    last_pipeline: null,
  };
}

function statusView(call: Call, project: Project, status: CommitStatus) {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.status,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    started_at: null,
    finished_at: null,
    allow_failure: false,
    coverage: null,
    pipeline_id: null,
    author: userById(call.context, status.authorId),
    project_url: projectUrl(call.context, project),
  };
}
