import { branchHead, log } from "./git/queries.js";
import type { Call } from "./http/route.js";
import { type Context, repositoryOf, stateOf } from "./http/server-context.js";
import { Problem } from "./model/problem.js";
import { type RefChange, zeroId } from "./model/protection.js";
import type { MergeRequest } from "./model/types/merge-requests.js";
import type { Project } from "./model/types/projects.js";
import { openRequest, updateRequest } from "./routes/merge-request-edits.js";
import { acceptRequest } from "./routes/merging.js";
import { projectUrl, titleOf } from "./views/commit.js";

/**
 * What a push wants of merge requests.
 *
 * @see https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests
 */
interface Wish {
  readonly create: boolean;
  readonly values: Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  readonly unlabel: readonly string[];
}

const single = ["target", "title", "description", "remove_source_branch", "draft", "squash"];

/**
 * Reads `merge_request.NAME=VALUE`; undefined when no option is of that kind. Others, such as
 * `ci.skip`, mean nothing here.
 */
export function readWish(options: readonly string[]): Wish | undefined {
  const own = options.flatMap((option) => {
    const [, name = "", value] = /^(?:merge_request|mr)\.([a-z_]+)(?:=(.*))?$/s.exec(option) ?? [];
    return name === "" ? [] : [[name, (value ?? "true").replaceAll("\\n", "\n")] as const];
  });
  if (own.length === 0) return undefined;
  const all = (wanted: string) => own.filter(([name]) => name === wanted).map(([, value]) => value);
  return {
    create: all("create").length > 0,
    values: Object.fromEntries(own.filter(([name]) => [...single, ...autoMerge].includes(name))),
    labels: all("label"),
    unlabel: all("unlabel"),
  };
}

const autoMerge = ["auto_merge", "merge_when_pipeline_succeeds"];

/**
 * Applies the push options for merge requests, and returns the text that GitLab prints after a push.
 *
 * @param call of the user who pushed
 * @returns the text for the client, without the prefix `remote:`
 */
export async function afterClientPush(
  call: Call,
  project: Project,
  changes: readonly RefChange[],
  options: readonly string[],
): Promise<string> {
  const repository = repositoryOf(call.context, project);
  const wish = readWish(options);
  const parts: string[] = [];
  for (const change of changes) {
    const branch = /^refs\/heads\/(.+)$/.exec(change.ref)?.[1];
    const moved =
      branch !== undefined && change.after !== zeroId && (await branchHead(repository, branch)) === change.after;
    if (!moved || branch === project.defaultBranch) continue;
    const warning = wish && (await fulfil(call, project, branch, wish));
    if (warning) parts.push(framed(`WARNINGS:\nError encountered with push options ${quoted(options)}: ${warning}`));
    if (project.settings.printing_merge_request_link_enabled !== false) parts.push(link(call.context, project, branch));
  }
  return parts.map((part) => `\n${part}\n\n`).join("");
}

const quoted = (options: readonly string[]) => options.map((option) => `'${option}'`).join(" ");
const rule = "=".repeat(72);
const framed = (text: string) => `${rule}\n\n${text}\n\n${rule}`;

/** Address of a branch's open merge request, or of the page that would open one. */
function link(context: Context, project: Project, branch: string): string {
  const request = openOf(context, project, branch);
  const base = `${projectUrl(context, project)}/-/merge_requests`;
  if (request) return `View merge request for ${branch}:\n  ${base}/${request.iid}`;
  const query = `merge_request%5Bsource_branch%5D=${encodeURIComponent(branch)}`;
  return `To create a merge request for ${branch}, visit:\n  ${base}/new?${query}`;
}

function openOf(context: Context, project: Project, branch: string): MergeRequest | undefined {
  return stateOf(context).mergeRequests.find(
    (each) => each.projectId === project.id && each.state === "opened" && each.sourceBranch === branch,
  );
}

/** @returns why it could not be done; undefined when it was */
async function fulfil(call: Call, project: Project, branch: string, wish: Wish): Promise<string | undefined> {
  const { target, title, description, remove_source_branch, draft, squash } = wish.values;
  const open = openOf(call.context, project, branch);
  if (!open && !wish.create)
    return `A merge_request.create push option is required to create a merge request for branch ${branch}`;
  const values = {
    ...(title !== undefined && { title: draft === undefined ? title : `Draft: ${title}` }),
    ...(description !== undefined && { description }),
    ...(remove_source_branch !== undefined && { remove_source_branch: remove_source_branch !== "false" }),
    ...(squash !== undefined && { squash: squash !== "false" }),
    ...(wish.labels.length > 0 && { add_labels: [...wish.labels] }),
    ...(wish.unlabel.length > 0 && { remove_labels: [...wish.unlabel] }),
  };
  try {
    if (open) {
      await updateRequest(at(call, project, open.iid), {
        ...values,
        ...(target !== undefined && { target_branch: target }),
      });
    } else {
      const text = await proposal(call.context, project, branch, target ?? project.defaultBranch);
      const prefix = draft === undefined ? "" : "Draft: ";
      await openRequest(at(call, project), {
        description: text.description,
        ...values,
        title: prefix + (title ?? text.title),
        source_branch: branch,
        target_branch: target ?? project.defaultBranch,
      });
    }
    const request = openOf(call.context, project, branch);
    if (request && autoMerge.some((name) => wish.values[name] !== undefined))
      await acceptRequest(at(call, project, request.iid), { auto_merge: true });
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return wordsOf(error);
    throw error;
  }
}

/** The call for a project, and perhaps one of its merge requests. */
function at(call: Call, project: Project, iid?: number): Call {
  return { ...call, path: { id: String(project.id), ...(iid !== undefined && { iid: String(iid) }) } };
}

function wordsOf({ body }: Problem): string {
  const { message, error } = body as { message?: unknown; error?: unknown };
  const said = message ?? error;
  if (typeof said !== "object" || said === null) return String(said);
  return Object.values(said).flat().join(", ");
}

/** Title and description as GitLab proposes them: of the only commit, else from the branch's name. */
async function proposal(context: Context, project: Project, branch: string, target: string) {
  const repository = repositoryOf(context, project);
  const base = await branchHead(repository, target);
  const commits = base ? await log(repository, [`${base}..refs/heads/${branch}`], { args: ["--max-count=2"] }) : [];
  const [only] = commits;
  if (only && commits.length === 1) {
    return { title: titleOf(only.message), description: only.message.trim().split("\n").slice(1).join("\n").trim() };
  }
  const words = branch.replace(/[-_]+/g, " ").trim();
  return { title: words.charAt(0).toUpperCase() + words.slice(1), description: "" };
}
