import { accessLevels } from "../model/access-level.js";
import { missingApprovals, rulesOf } from "../model/approvals.js";
import { isDraft } from "../model/draft.js";
import { jobsOf, pipelineOf, pipelineStatus } from "../model/pipelines.js";
import { canMerge, canPush } from "../model/protection.js";
import type { JobStatus } from "../model/types/automation.js";
import { mayApprove } from "../routes/approvals.js";
import { Badge, Form, Person, When } from "./parts.js";
import type { Shown } from "./shown.js";
import { links } from "./visit.js";

const kinds: Readonly<Record<JobStatus, string>> = {
  pending: "warn",
  running: "info",
  success: "good",
  failed: "bad",
  canceled: "",
  skipped: "",
};

/** The pipeline of the head, job by job. */
export function PipelineBox({ visit, request }: Shown) {
  const { state, now } = visit.call;
  const pipeline = request.sha === "" ? undefined : pipelineOf(state, request, request.sha);
  if (!pipeline) return null;
  const status = pipelineStatus(state, pipeline);
  return (
    <section class="box">
      <p>
        Pipeline #{pipeline.id} <Badge kind={kinds[status]}>{status}</Badge>{" "}
        <span class="muted">
          for <code>{pipeline.sha.slice(0, 8)}</code>, <When at={pipeline.updatedAt} now={now} />
        </span>
      </p>
      <ul class="plain">
        {jobsOf(state, pipeline).map((job) => (
          <li key={job.id}>
            <Badge kind={kinds[job.status]}>{job.status}</Badge>{" "}
            {job.targetUrl && /^https?:\/\//.test(job.targetUrl) ? (
              <a href={job.targetUrl} rel="nofollow noreferrer noopener">
                {job.name}
              </a>
            ) : (
              job.name
            )}{" "}
            <span class="muted">{job.description}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Who has approved, and the visitor's button to approve. */
export function Approvals({ visit, project, request, level }: Shown) {
  const { state, context, caller } = visit.call;
  const people = request.approvedBy.map(({ userId }) => state.users.find(({ id }) => id === userId));
  const rules = context.settings.tier === "premium" ? rulesOf(state, request) : [];
  const missing = Math.max(0, ...rules.map((rule) => missingApprovals(state, request, rule)));
  const own = request.approvedBy.some(({ userId }) => userId === caller?.user.id);
  const action = (name: string) => links(visit, project).mergeRequest(request.iid, name);
  return (
    <section class="box bar">
      <span>
        {missing > 0 && `Requires ${missing} more ${missing === 1 ? "approval" : "approvals"}. `}
        {people.length === 0 ? (
          missing === 0 && "Approval is optional."
        ) : (
          <>
            Approved by{" "}
            {people.map((user, index) => (
              <span key={user?.id}>
                {index > 0 && ", "}
                <Person user={user} />
              </span>
            ))}
          </>
        )}
      </span>
      {level >= accessLevels.developer && mayApprove(visit.call, project, request) && (
        <Form visit={visit} action={action("approve")}>
          <input type="hidden" name="sha" value={request.sha} />
          <button type="submit">Approve</button>
        </Form>
      )}
      {level >= accessLevels.developer && own && request.state === "opened" && (
        <Form visit={visit} action={action("unapprove")}>
          <button type="submit" class="quiet">
            Revoke approval
          </button>
        </Form>
      )}
    </section>
  );
}

/** Whether it can be merged, in GitLab's words. @see https://docs.gitlab.com/api/merge_requests/#merge-status */
const words: Readonly<Record<string, string>> = {
  mergeable: "Ready to merge!",
  conflict: "Merge blocked: merge conflicts must be resolved.",
  draft_status: "Merge blocked: merge request must not be draft.",
  discussions_not_resolved: "Merge blocked: all threads must be resolved.",
  ci_must_pass: "Merge blocked: pipeline must succeed.",
  ci_still_running: "Merge blocked: pipeline must succeed. It's still running.",
  not_approved: "Merge blocked: all required approvals must be given.",
  need_rebase: "Merge blocked: the source branch must be rebased onto the target branch.",
  commits_status: "Merge blocked: the source branch does not exist, or holds no commits that the target branch lacks.",
};

/** Whether it can be merged, or how it ended, with the buttons for what the visitor may do. */
export function MergeBox(shown: Shown) {
  return shown.request.state === "opened" ? <OpenBox {...shown} /> : <EndedBox {...shown} />;
}

function EndedBox(shown: Shown) {
  const { visit, project, request } = shown;
  const { state, now } = visit.call;
  const merged = request.state === "merged";
  const at = merged ? request.mergedAt : request.closedAt;
  const by = merged ? request.mergedBy : request.closedBy;
  const commit = request.mergeCommitSha ?? (merged ? request.sha : null);
  return (
    <section class={`box bar ${merged ? "merged" : ""}`}>
      <span>
        {merged ? "Merged" : "Closed"} by <Person user={state.users.find((user) => user.id === by)} />{" "}
        {at && <When at={at} now={now} />}
        {commit && (
          <>
            {" "}
            as{" "}
            <a class="sha" href={links(visit, project).commit(commit)}>
              {commit.slice(0, 8)}
            </a>
          </>
        )}
      </span>
      {!merged && mayEdit(shown) && <Button shown={shown} action="reopen" text="Reopen merge request" />}
    </section>
  );
}

function OpenBox(shown: Shown) {
  const { visit, project, request, seen, level } = shown;
  const { state, caller } = visit.call;
  const to = links(visit, project);
  const user = caller?.user;
  const { targetBranch: target } = request;
  const may = user && level > 0 && (canMerge(state, user, project, target) || canPush(state, user, project, target));
  const ready = seen.status === "mergeable";
  return (
    <section class={`box ${ready ? "ready" : "blocked"}`}>
      <p class="strong">
        {ready && !may
          ? "Ready to merge by members who can write to the target branch."
          : (words[seen.status] ?? `Merge blocked: ${seen.status}.`)}
      </p>
      {ready && may && (
        <Form visit={visit} action={to.mergeRequest(request.iid, "merge")} class="line">
          <input type="hidden" name="sha" value={seen.head} />
          <button type="submit" class="merge">
            Merge
          </button>
          <label class="check">
            <input type="checkbox" name="remove_source_branch" value="1" checked={request.removeSourceBranch} /> Delete
            source branch
          </label>
          <label class="check">
            <input type="checkbox" name="squash" value="1" checked={request.squash} /> Squash commits
          </label>
        </Form>
      )}
      {mayEdit(shown) && (
        <div class="line">
          {isDraft(request.title) && <Button shown={shown} action="ready" text="Mark as ready" />}
          <Button shown={shown} action="close" text="Close merge request" />
        </div>
      )}
    </section>
  );
}

/** Whether the visitor may edit it: developers, and its author. */
function mayEdit({ visit, request, level }: Shown): boolean {
  return level >= accessLevels.developer || (level > 0 && request.authorId === visit.call.caller?.user.id);
}

function Button({ shown, action, text }: { shown: Shown; action: string; text: string }) {
  const { visit, project, request } = shown;
  return (
    <Form visit={visit} action={links(visit, project).mergeRequest(request.iid, action)}>
      <button type="submit" class="quiet">
        {text}
      </button>
    </Form>
  );
}

/** Assignees and reviewers. */
export function People({ visit, request }: Shown) {
  const lists = [
    ["Assignees", request.assigneeIds],
    ["Reviewers", request.reviewerIds],
  ] as const;
  if (lists.every(([, ids]) => ids.length === 0)) return null;
  return (
    <div class="line">
      {lists
        .filter(([, ids]) => ids.length > 0)
        .map(([name, ids]) => (
          <span key={name}>
            {name}:{" "}
            {ids.map((id, index) => (
              <span key={id}>
                {index > 0 && ", "}
                <Person user={visit.call.state.users.find((user) => user.id === id)} />
              </span>
            ))}
          </span>
        ))}
    </div>
  );
}

/** Labels, and the form that adds one. */
export function Labels(shown: Shown) {
  const { visit, project, request } = shown;
  const to = links(visit, project);
  const action = to.mergeRequest(request.iid, "labels");
  const edit = mayEdit(shown);
  if (request.labels.length === 0 && !edit) return null;
  return (
    <div class="line labels">
      {request.labels.map((label) => (
        <span class="label" key={label}>
          <a href={`${to.mergeRequests}?${new URLSearchParams({ state: "all", label })}`}>
            <Badge kind="info">{label}</Badge>
          </a>
          {edit && (
            <Form visit={visit} action={action}>
              <input type="hidden" name="remove" value={label} />
              <button type="submit" class="quiet" aria-label={`Remove the label ${label}`}>
                ×
              </button>
            </Form>
          )}
        </span>
      ))}
      {edit && (
        <Form visit={visit} action={action} class="line">
          <input name="add" required maxLength={255} aria-label="Label" placeholder="Label" size={14} />
          <button type="submit" class="quiet">
            Add label
          </button>
        </Form>
      )}
    </div>
  );
}
