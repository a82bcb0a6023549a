import { tryGit } from "@timonier/kit/git";
import { pipelineProjectOf, projectOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { codeRoute, pipelineRoute, projectRoute, requestRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { pipelineStatus, pipelinesOf, transitionError } from "../model/pipelines.js";
import { apiError, forbidden, notFound, problem } from "../model/problem.js";
import { canMerge, canPush, rulesFor } from "../model/protection.js";
import { nextId, removeWhere } from "../model/server-state.js";
import { isWithin, sortBy } from "../model/sorting.js";
import type { CommitStatus, JobStatus, Pipeline } from "../model/types/automation.js";
import type { Project } from "../model/types/projects.js";
import { fullPipelineView, pipelineView, statusView } from "../views/pipeline.js";

import { commitOf } from "./commits.js";

const states = ["pending", "running", "success", "failed", "canceled", "skipped"] as const;
const ended: readonly JobStatus[] = ["success", "failed", "canceled", "skipped"];

/**
 * Statuses that external systems report for a commit, and the pipelines that they form.
 *
 * @see https://docs.gitlab.com/api/commits/#commit-status and https://docs.gitlab.com/api/pipelines/
 */
export const statusRoutes: readonly Route[] = [
  codeRoute(
    "GET",
    "/projects/:id/repository/commits/:sha/statuses",
    { may: { ref: "string", name: "string", stage: "string", all: "boolean", pipeline_id: "integer" } },
    async (call, project, values) => {
      const sha = await commitOf(call, project);
      const found = call.state.commitStatuses.filter(
        (status) =>
          status.projectId === project.id &&
          status.sha === sha &&
          (values.all || !status.retried) &&
          (!values.ref || status.ref === values.ref) &&
          (!values.name || status.name === values.name) &&
          // External jobs belong to the stage `external`.
          (!values.stage || values.stage === "external") &&
          (values.pipeline_id === undefined || status.pipelineId === values.pipeline_id),
      );
      return page(call, found, (status) => statusView(call.context, project, status));
    },
  ),
  route(
    "POST",
    "/projects/:id/statuses/:sha",
    {
      needs: { state: states },
      may: {
        ref: "string",
        name: "string",
        context: "string",
        target_url: "string",
        description: "string",
        coverage: "string",
        pipeline_id: "integer",
      },
    },
    report,
  ),
  pipelineRoute(
    "GET",
    "/projects/:id/pipelines",
    {
      may: {
        status: states,
        scope: ["running", "pending", "finished", "branches", "tags"] as const,
        ref: "string",
        sha: "string",
        source: "string",
        username: "string",
        order_by: ["id", "status", "ref", "updated_at", "user_id"] as const,
        sort: ["asc", "desc"],
        created_after: "day",
        created_before: "day",
        updated_after: "day",
        updated_before: "day",
      },
    },
    (call, project, values) => {
      const user = call.state.users.find(({ username }) => username === values.username);
      const found = pipelinesOf(call.state, project.id, values).filter((each) => {
        const status = pipelineStatus(call.state, each);
        return (
          (!values.status || status === values.status) &&
          (!values.scope || scopes[values.scope](status)) &&
          (!values.source || values.source === "external") &&
          (!values.username || each.userId === user?.id) &&
          isWithin(each.createdAt, values.created_after, values.created_before) &&
          isWithin(each.updatedAt, values.updated_after, values.updated_before)
        );
      });
      const key = (each: Pipeline) =>
        ({
          id: each.id,
          status: pipelineStatus(call.state, each),
          ref: each.ref,
          updated_at: each.updatedAt,
          user_id: each.userId,
        })[values.order_by ?? "id"];
      return page(call, sortBy(found, key, values.sort ?? "desc"), (each) => pipelineView(call.context, project, each));
    },
  ),
  pipelineRoute("GET", "/projects/:id/pipelines/latest", { may: { ref: "string" } }, (call, project, { ref }) => {
    const [latest] = pipelinesOf(call.state, project.id, { ref: ref ?? project.defaultBranch });
    if (!latest) throw forbidden();
    return ok(fullPipelineView(call.context, project, latest));
  }),
  pipelineRoute("GET", "/projects/:id/pipelines/:pipeline_id", {}, (call, project) =>
    ok(fullPipelineView(call.context, project, existing(call, project))),
  ),
  projectRoute("DELETE", "/projects/:id/pipelines/:pipeline_id", { level: accessLevels.owner }, (call, project) => {
    const gone = existing(call, project);
    removeWhere(call.state.pipelines, (each) => each === gone);
    removeWhere(call.state.commitStatuses, ({ pipelineId }) => pipelineId === gone.id);
    return noContent();
  }),
  // External statuses are not jobs: they cannot be retried and have no log.
  ...["jobs", "bridges"].map((name) =>
    route("GET", `/projects/:id/pipelines/:pipeline_id/${name}`, {}, (call) => {
      existing(call, pipelineProjectOf(call));
      return page(call, [], (none) => none);
    }),
  ),
  requestRoute("GET", "/projects/:id/merge_requests/:iid/pipelines", { open: true }, (call, { project, request }) => {
    const found = pipelinesOf(call.state, project.id, { ref: request.sourceBranch });
    return page(call, found, (each) => pipelineView(call.context, project, each));
  }),
];

/** Only branches have pipelines here: a status of a tag's commit counts for its branch. */
const scopes = {
  running: (status: JobStatus) => status === "running",
  pending: (status: JobStatus) => status === "pending",
  finished: (status: JobStatus) => ended.includes(status),
  branches: () => true,
  tags: () => false,
} as const;

interface Report {
  readonly state: JobStatus;
  readonly ref?: string;
  readonly name?: string;
  readonly context?: string;
  readonly target_url?: string;
  readonly description?: string;
  readonly coverage?: string;
  readonly pipeline_id?: number;
}

async function report(call: Call, values: Report) {
  const project = projectOf(call, accessLevels.developer);
  const user = userOf(call);
  const sha = await commitOf(call, project);
  const ref = values.ref?.replace(/^refs\/heads\//, "") ?? (await branchWith(call, project, sha));
  if (ref === undefined) throw notFound("References for commit");
  if (values.target_url !== undefined && !/^https?:\/\/\S{1,250}$/.test(values.target_url)) {
    throw problem(400, { target_url: ["is blocked: Only allowed schemes are http, https"] });
  }
  const coverage = values.coverage === undefined ? undefined : Number(values.coverage);
  if (Number.isNaN(coverage)) throw apiError(400, "coverage is invalid");
  // Only users who may change a protected branch may report for it.
  const guarded = rulesFor(call.state, project, ref).length > 0;
  if (guarded && !canPush(call.state, user, project, ref) && !canMerge(call.state, user, project, ref))
    throw forbidden();
  const wish = { sha, id: values.pipeline_id, ref: values.ref === undefined ? undefined : ref };
  const [found] = pipelinesOf(call.state, project.id, wish);
  if (!found && values.pipeline_id !== undefined) throw notFound("Pipeline");
  const name = values.name ?? values.context ?? "default";
  const job = found && unfinished(call, found, name);
  const refused = transitionError(job?.status ?? "created", values.state);
  if (refused) throw problem(400, refused);
  const pipeline = found ?? addPipeline(call, project, sha, ref);
  const now = call.now.toISOString();
  const status = job ?? addStatus(call, pipeline, name);
  const over = ended.includes(values.state);
  Object.assign(status, {
    status: values.state,
    description: values.description ?? status.description,
    targetUrl: values.target_url ?? status.targetUrl,
    coverage: coverage ?? status.coverage ?? null,
    startedAt: values.state === "running" ? now : (status.startedAt ?? null),
    finishedAt: over ? now : null,
  });
  pipeline.updatedAt = now;
  return created(statusView(call.context, project, status));
}

/** The unfinished job of a name; after a finished one the next report starts a new run. */
function unfinished(call: Call, pipeline: Pipeline, name: string): CommitStatus | undefined {
  return call.state.commitStatuses.find(
    (each) => each.pipelineId === pipeline.id && each.name === name && !ended.includes(each.status),
  );
}

function addPipeline(call: Call, project: Project, sha: string, ref: string): Pipeline {
  const now = call.now.toISOString();
  const pipeline: Pipeline = {
    id: nextId(call.state, "pipeline"),
    iid: nextId(call.state, `pipeline of project ${project.id}`),
    projectId: project.id,
    sha,
    ref,
    userId: userOf(call).id,
    createdAt: now,
    updatedAt: now,
  };
  call.state.pipelines.push(pipeline);
  return pipeline;
}

function addStatus(call: Call, pipeline: Pipeline, name: string): CommitStatus {
  for (const each of call.state.commitStatuses) {
    if (each.pipelineId === pipeline.id && each.name === name) each.retried = true;
  }
  const status: CommitStatus = {
    id: nextId(call.state, "commitStatus"),
    projectId: pipeline.projectId,
    pipelineId: pipeline.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    name,
    status: "pending",
    description: null,
    targetUrl: null,
    authorId: userOf(call).id,
    createdAt: call.now.toISOString(),
  };
  call.state.commitStatuses.push(status);
  return status;
}

/** The first branch that holds a commit. */
async function branchWith(call: Call, project: Project, sha: string): Promise<string | undefined> {
  const args = ["for-each-ref", "--format=%(refname:lstrip=2)", `--contains=${sha}`, "refs/heads"];
  const { code, stdout } = await tryGit(repositoryOf(call.context, project), args);
  return code === 0 ? stdout.toString().split("\n").filter(Boolean)[0] : undefined;
}

function existing(call: Call, project: Project): Pipeline {
  const [found] = pipelinesOf(call.state, project.id, { id: Number(call.path.pipeline_id) });
  if (!found) throw notFound();
  return found;
}
