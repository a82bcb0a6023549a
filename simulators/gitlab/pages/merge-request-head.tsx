import { isDraft } from "../model/draft.js";
import type { MergeRequest } from "../model/types/merge-requests.js";
import type { Project } from "../model/types/projects.js";
import { Badge, Person, When } from "./parts.js";
import { links, type Visit } from "./visit.js";

/** Open, merged, closed, draft. */
export function State({ request, draft }: { request: MergeRequest; draft: boolean }) {
  if (request.state === "merged") return <Badge kind="merged">Merged</Badge>;
  if (request.state === "closed") return <Badge kind="bad">Closed</Badge>;
  return draft ? <Badge kind="warn">Draft</Badge> : <Badge kind="good">Open</Badge>;
}

const parts = [
  ["overview", "Overview", ""],
  ["commits", "Commits", "commits"],
  ["diffs", "Changes", "diffs"],
] as const;

/** Title, state, branches, and the way to the parts. */
export function MergeRequestHead(props: {
  visit: Visit;
  project: Project;
  request: MergeRequest;
  part: (typeof parts)[number][0];
}) {
  const { visit, project, request, part } = props;
  const to = links(visit, project);
  const author = visit.call.state.users.find(({ id }) => id === request.authorId);
  return (
    <>
      <h1>
        {request.title} <span class="muted">!{request.iid}</span>
      </h1>
      <p>
        <State request={request} draft={isDraft(request.title)} /> <Person user={author} />{" "}
        {request.state === "opened" ? "wants to merge" : "asked to merge"} <code>{request.sourceBranch}</code> into{" "}
        <a href={to.tree(request.targetBranch)}>
          <code>{request.targetBranch}</code>
        </a>{" "}
        <span class="muted">
          · opened <When at={request.createdAt} now={visit.call.now} />
        </span>
      </p>
      <nav class="tabs" aria-label="Merge request">
        {parts.map(([id, name, path]) => (
          <a key={id} href={to.mergeRequest(request.iid, path)} aria-current={id === part ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
    </>
  );
}
