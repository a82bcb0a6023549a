import { Fragment } from "preact";
import { requestOf } from "../http/lookups.js";
import { examine } from "../merge-requests.js";
import { accessLevels } from "../model/access-level.js";
import { projectLevel } from "../model/membership.js";

import { notesOf } from "../routes/notes.js";
import { type MarkdownBase, renderMarkdown } from "./markdown.js";
import { Approvals, Labels, MergeBox, People, PipelineBox } from "./merge-request-boxes.js";
import { eventsOf, type ShownEvent } from "./merge-request-events.js";
import { MergeRequestHead } from "./merge-request-head.js";
import { Thread } from "./notes.js";
import { Form, Markdown } from "./parts.js";
import type { Shown } from "./shown.js";
import { links, type PageAnswer, type Visit } from "./visit.js";

/** A merge request. @param refused what was refused just now */
export async function mergeRequestPage(
  visit: Visit,
  refused?: { readonly words: string; readonly status: number },
): Promise<PageAnswer> {
  const { call } = visit;
  const { project, request } = requestOf(call);
  const seen = await examine(call.context, project, request);
  const writes = call.caller?.token.scopes.includes("api") === true && !project.archived;
  const level = writes ? projectLevel(call.state, call.caller?.user, project, call.now) : accessLevels.none;
  const shown: Shown = { visit, project, request, seen, level };
  const base = markdownBase(shown);
  return {
    kind: "page",
    title: `${request.title} (!${request.iid}) · ${project.name}`,
    project,
    part: "merge-requests",
    ...(refused && { refusal: refused.words, status: refused.status }),
    body: (
      <>
        <MergeRequestHead visit={visit} project={project} request={request} part="overview" />
        <section class="box">
          {request.description ? (
            <Markdown html={renderMarkdown(request.description, base)} />
          ) : (
            <p class="muted">No description.</p>
          )}
          <People {...shown} />
          <Labels {...shown} />
        </section>
        <PipelineBox {...shown} />
        <Approvals {...shown} />
        <MergeBox {...shown} />
        <h2>Activity</h2>
        {activityOf(shown, base).map(({ at, node }) => (
          <Fragment key={at}>{node}</Fragment>
        ))}
        {call.caller && writes && <CommentForm {...shown} />}
      </>
    ),
  };
}

/** What relative links in a description or comment refer to: the default branch. */
function markdownBase({ visit, project }: Shown): MarkdownBase {
  const to = links(visit, project);
  return {
    folder: "",
    blob: (path) => to.blob(project.defaultBranch, path),
    raw: (path) => to.raw(project.defaultBranch, path),
  };
}

/** Events and threads, oldest first. */
function activityOf(shown: Shown, base: MarkdownBase): ShownEvent[] {
  const notes = notesOf(shown.visit.call);
  const threads = [...new Set(notes.map(({ discussionId }) => discussionId))].map((id) =>
    notes.filter((note) => note.discussionId === id),
  );
  const comments = threads.map((thread, index) => ({
    at: `${thread[0]?.createdAt} ${index}`,
    node: <Thread shown={shown} notes={thread} base={base} />,
  }));
  return [...eventsOf(shown), ...comments].sort((a, b) => (a.at < b.at ? -1 : 1));
}

function CommentForm({ visit, project, request }: Shown) {
  return (
    <Form visit={visit} action={links(visit, project).mergeRequest(request.iid, "notes")} class="box stack">
      <label>
        Comment
        <textarea name="body" rows={4} required placeholder="Markdown" />
      </label>
      <label class="check">
        <input type="checkbox" name="thread" value="1" /> Start a thread that has to be resolved
      </label>
      <button type="submit">Comment</button>
    </Form>
  );
}
