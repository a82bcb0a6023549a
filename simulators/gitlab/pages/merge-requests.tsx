import { diff } from "../git/diff.js";
import { log } from "../git/queries.js";
import { codeOf, requestOf } from "../http/lookups.js";
import { repositoryOf } from "../http/server-context.js";
import { isDraft } from "../model/draft.js";
import type { MergeRequest } from "../model/types/merge-requests.js";

import { Diff } from "./diff.js";
import { plainDiff } from "./history.js";
import { mergeRequestPage } from "./merge-request.js";
import { MergeRequestHead, State } from "./merge-request-head.js";
import { Badge, CommitList, Pager, Person, When } from "./parts.js";
import { field, get, links, type PageAnswer, type PageRoute, type Visit } from "./visit.js";

const perPage = 30;
const base = "/p/:id/-/merge_requests";

/** Merge requests: the list, and each one's parts. */
export const mergeRequestPages: readonly PageRoute[] = [
  get(base, list),
  get(`${base}/:iid`, async (visit) => {
    const iid = visit.call.path.iid ?? "";
    if (!iid.endsWith(".diff")) return mergeRequestPage(visit);
    const path = { ...visit.call.path, iid: iid.slice(0, -".diff".length) };
    const { project, request } = requestOf({ ...visit.call, path });
    return plainDiff(repositoryOf(visit.call.context, project), request.baseSha, request.sha || request.baseSha);
  }),
  get(`${base}/:iid/diffs`, diffs),
  get(`${base}/:iid/commits`, commits),
];

const states = ["opened", "merged", "closed", "all"] as const;

function list(visit: Visit): PageAnswer {
  const project = codeOf(visit.call);
  const { state } = visit.call;
  const to = links(visit, project);
  const wanted = states.find((each) => each === field(visit, "state")) ?? "opened";
  const label = field(visit, "label");
  const all = state.mergeRequests.filter(
    ({ projectId, labels }) => projectId === project.id && (!label || labels.includes(label)),
  );
  const count = (of: string) => all.filter((each) => of === "all" || each.state === of).length;
  const found = all.filter((each) => wanted === "all" || each.state === wanted).reverse();
  const page = Math.max(1, Number.parseInt(field(visit, "page") ?? "1", 10) || 1);
  const address = (of: string, number?: number) => {
    const query = new URLSearchParams({ state: of, ...(label && { label }), ...(number && { page: String(number) }) });
    return `${to.mergeRequests}?${query}`;
  };
  return {
    kind: "page",
    title: `Merge requests · ${project.name}`,
    project,
    part: "merge-requests",
    body: (
      <>
        <h1>Merge requests</h1>
        <nav class="tabs" aria-label="Which merge requests">
          {states.map((each) => (
            <a key={each} href={address(each)} aria-current={each === wanted ? "page" : undefined}>
              {each === "opened" ? "Open" : each[0]?.toUpperCase() + each.slice(1)}{" "}
              <span class="count">{count(each)}</span>
            </a>
          ))}
        </nav>
        {label && (
          <p>
            With the label <Badge>{label}</Badge> <a href={`${to.mergeRequests}?state=${wanted}`}>all labels</a>
          </p>
        )}
        {found.length === 0 && <p class="empty">There are no merge requests here.</p>}
        <ul class="rows">
          {found.slice((page - 1) * perPage, page * perPage).map((request) => (
            <Row key={request.id} visit={visit} request={request} href={to.mergeRequest(request.iid)} />
          ))}
        </ul>
        <Pager page={page} more={found.length > page * perPage} address={(number) => address(wanted, number)} />
      </>
    ),
  };
}

function Row({ visit, request, href }: { visit: Visit; request: MergeRequest; href: string }) {
  const { state, now } = visit.call;
  const author = state.users.find(({ id }) => id === request.authorId);
  const names = (ids: readonly number[]) =>
    state.users
      .filter(({ id }) => ids.includes(id))
      .map(({ name }) => name)
      .join(", ");
  const notes = state.notes.filter(
    (note) => note.projectId === request.projectId && note.mergeRequestIid === request.iid && !note.internal,
  ).length;
  return (
    <li>
      <div class="grow">
        <a class="strong" href={href}>
          {request.title}
        </a>{" "}
        {request.labels.map((label) => (
          <Badge key={label} kind="info">
            {label}
          </Badge>
        ))}
        <div class="muted">
          !{request.iid} · opened <When at={request.createdAt} now={now} /> by <Person user={author} /> ·{" "}
          <code>{request.sourceBranch}</code> → <code>{request.targetBranch}</code>
        </div>
      </div>
      <span class="muted">
        {names(request.assigneeIds) && `Assignees: ${names(request.assigneeIds)} · `}
        {names(request.reviewerIds) && `Reviewers: ${names(request.reviewerIds)} · `}
        {request.approvedBy.length > 0 && "Approved · "}
        {notes} {notes === 1 ? "comment" : "comments"}
      </span>
      <State request={request} draft={isDraft(request.title)} />
    </li>
  );
}

async function diffs(visit: Visit): Promise<PageAnswer> {
  const { project, request } = requestOf(visit.call);
  const to = links(visit, project);
  const repository = repositoryOf(visit.call.context, project);
  const changes = request.sha === "" ? [] : await diff(repository, request.baseSha, request.sha);
  return {
    kind: "page",
    title: `Changes of !${request.iid} · ${project.name}`,
    project,
    part: "merge-requests",
    body: (
      <>
        <MergeRequestHead visit={visit} project={project} request={request} part="diffs" />
        <Diff
          changes={changes}
          whole={`${to.mergeRequest(request.iid)}.diff`}
          file={(change) => (change.status === "deleted" ? undefined : to.blob(request.sha, change.newPath))}
        />
      </>
    ),
  };
}

async function commits(visit: Visit): Promise<PageAnswer> {
  const { project, request } = requestOf(visit.call);
  const repository = repositoryOf(visit.call.context, project);
  const found = request.sha === "" ? [] : await log(repository, [`${request.baseSha}..${request.sha}`]);
  return {
    kind: "page",
    title: `Commits of !${request.iid} · ${project.name}`,
    project,
    part: "merge-requests",
    body: (
      <>
        <MergeRequestHead visit={visit} project={project} request={request} part="commits" />
        <CommitList commits={found} links={links(visit, project)} now={visit.call.now} />
      </>
    ),
  };
}
