import { requestOf } from "../http/lookups.js";
import { readyTitle } from "../model/draft.js";
import { Problem, unauthorized } from "../model/problem.js";
import { approve, unapprove } from "../routes/approvals.js";
import { updateRequest } from "../routes/merge-request-edits.js";
import { acceptRequest } from "../routes/merging.js";
import { addNote, reply, resolveDiscussion } from "../routes/notes.js";
import { mergeRequestPage } from "./merge-request.js";
import { field, links, type PageRoute, post, type Visit, wordsOf } from "./visit.js";

const base = "/p/:id/-/merge_requests/:iid";

/** The actions of the buttons. Each calls the function of the API, so that both apply the same rules. */
export const mergeRequestActions: readonly PageRoute[] = [
  action("merge", async (visit) => {
    await acceptRequest(visit.call, {
      ...given("sha", field(visit, "sha")),
      squash: field(visit, "squash") === "1",
      should_remove_source_branch: field(visit, "remove_source_branch") === "1",
    });
  }),
  action("approve", (visit) => approve(visit.call, field(visit, "sha"))),
  action("unapprove", (visit) => unapprove(visit.call)),
  action("close", (visit) => updateRequest(visit.call, { state_event: "close" })),
  action("reopen", (visit) => updateRequest(visit.call, { state_event: "reopen" })),
  action("ready", (visit) => {
    const { title } = requestOf(visit.call).request;
    return updateRequest(visit.call, { title: readyTitle(title) });
  }),
  action("labels", (visit) => {
    const list = (name: string) => field(visit, name)?.split(",") ?? [];
    return updateRequest(visit.call, { add_labels: list("add"), remove_labels: list("remove") });
  }),
  action("notes", (visit) => {
    const body = field(visit, "body");
    if (body === undefined) throw new Problem(400, { error: "body is empty" });
    const note = addNote(visit.call, { body, resolvable: field(visit, "thread") === "1" });
    return `#note_${note.id}`;
  }),
  action("discussions/:discussion_id/notes", (visit) => {
    const body = field(visit, "body");
    if (body === undefined) throw new Problem(400, { error: "body is empty" });
    return `#note_${reply(visit.call, visit.call.path.discussion_id ?? "", body).id}`;
  }),
  action("discussions/:discussion_id/resolve", (visit) =>
    resolveDiscussion(visit.call, field(visit, "resolved") === "1"),
  ),
];

/** An object with the option; empty when the value is undefined. */
function given<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]: string });
}

/**
 * A form of a merge request's page.
 *
 * @param work does it. @returns what to look at afterwards, if it is a part of the page
 */
function action(name: string, work: (visit: Visit) => unknown): PageRoute {
  return post(`${base}/${name}`, async (visit) => {
    const { project, request } = requestOf(visit.call);
    if (!visit.call.caller) throw unauthorized();
    try {
      const part = await work(visit);
      const fragment = typeof part === "string" ? part : "";
      return { kind: "redirect", to: links(visit, project).mergeRequest(request.iid) + fragment };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return mergeRequestPage(visit, { status: error.status, words: wordsOf(error) ?? "refused" });
    }
  });
}
