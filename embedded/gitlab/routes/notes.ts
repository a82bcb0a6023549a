import { type Call, created, noContent, ok, page, type Route, route, userOf } from "../http/route.js";
import { accessLevels } from "../model/access-level.js";
import { projectLevel } from "../model/membership.js";
import { forbidden, notFound } from "../model/problem.js";
import { randomHex } from "../model/secrets.js";
import { nextId, removeWhere } from "../model/state.js";
import type { Note } from "../model/types.js";
import { noteView } from "../views/merge-request.js";
import { hookProject } from "../views/push-event.js";
import { userById } from "../views/user.js";
import { requestOf } from "./merge-requests.js";

const base = "/projects/:id/merge_requests/:iid";

/** @see https://docs.gitlab.com/api/notes/#merge-requests and https://docs.gitlab.com/api/discussions/#merge-requests */
export const noteRoutes: readonly Route[] = [
  route(
    "GET",
    `${base}/notes`,
    { may: { sort: ["asc", "desc"], order_by: ["created_at", "updated_at"] }, open: true },
    (call, values) => {
      const { request } = requestOf(call);
      const notes = notesOf(call).sort((a, b) => (values.sort === "asc" ? a.id - b.id : b.id - a.id));
      return page(call, notes, (note) => noteView(call.context, note, request.id));
    },
  ),
  route("GET", `${base}/notes/:note_id`, { open: true }, (call) =>
    ok(noteView(call.context, existing(call), requestOf(call).request.id)),
  ),
  route(
    "POST",
    `${base}/notes`,
    { needs: { body: "string" }, may: { internal: "boolean", confidential: "boolean" } },
    (call, values) => {
      const note = addNote(call, values.body, false, values.internal ?? values.confidential ?? false);
      return created(noteView(call.context, note, requestOf(call).request.id));
    },
  ),
  route("PUT", `${base}/notes/:note_id`, { may: { body: "string" } }, (call, { body }) => {
    const note = writable(call);
    if (body !== undefined) Object.assign(note, { body, updatedAt: call.now.toISOString() });
    return ok(noteView(call.context, note, requestOf(call).request.id));
  }),
  route("DELETE", `${base}/notes/:note_id`, {}, (call) => {
    const gone = writable(call);
    removeWhere(call.state.notes, (note) => note === gone);
    return noContent();
  }),
  route("GET", `${base}/discussions`, { open: true }, (call) =>
    page(call, [...new Set(notesOf(call).map((note) => note.discussionId))], (id) => discussion(call, id)),
  ),
  route("POST", `${base}/discussions`, { needs: { body: "string" } }, (call, { body }) =>
    created(discussion(call, addNote(call, body, true, false).discussionId)),
  ),
  route("PUT", `${base}/discussions/:discussion_id`, { needs: { resolved: "boolean" } }, (call, { resolved }) => {
    resolveDiscussion(call, resolved);
    return ok(discussion(call, call.path.discussion_id ?? ""));
  }),
];

/** Resolves a thread, or opens it again. @throws Problem 404 or 403 */
export function resolveDiscussion(call: Call, resolved: boolean): void {
  const { project } = requestOf(call);
  const user = userOf(call);
  const notes = notesOf(call).filter((note) => note.discussionId === call.path.discussion_id);
  if (notes.length === 0) throw notFound("Discussion");
  if (projectLevel(call.state, user, project) < accessLevels.developer) throw forbidden();
  for (const note of notes) Object.assign(note, { resolved, resolvedBy: resolved ? user.id : null });
}

/** Comments of a merge request, oldest first; internal ones for reporters and up alone. */
export function notesOf(call: Call): Note[] {
  const { project, request } = requestOf(call);
  const inside = projectLevel(call.state, call.caller?.user, project) >= accessLevels.reporter;
  return call.state.notes.filter(
    (note) => note.projectId === project.id && note.mergeRequestIid === request.iid && (inside || !note.internal),
  );
}

function existing(call: Call): Note {
  const note = notesOf(call).find(({ id }) => String(id) === call.path.note_id);
  if (!note) throw notFound();
  return note;
}

/** A note for whoever may change it: its author, or a maintainer. */
function writable(call: Call): Note {
  const note = existing(call);
  const user = userOf(call);
  const { project } = requestOf(call);
  if (note.authorId !== user.id && projectLevel(call.state, user, project) < accessLevels.maintainer) throw forbidden();
  return note;
}

/** Adds a comment. @param resolvable whether it begins a thread that can be resolved */
export function addNote(call: Call, body: string, resolvable: boolean, internal: boolean): Note {
  const { project, request } = requestOf(call);
  call.role = Math.max(call.role, accessLevels.guest);
  const user = userOf(call);
  if (project.archived) throw forbidden();
  const now = call.now.toISOString();
  const note: Note = {
    id: nextId(call.state, "note"),
    projectId: project.id,
    mergeRequestIid: request.iid,
    discussionId: randomHex(20),
    authorId: user.id,
    body,
    system: false,
    resolvable,
    resolved: false,
    resolvedBy: null,
    internal,
    createdAt: now,
    updatedAt: now,
  };
  call.state.notes.push(note);
  const attributes = { id: note.id, note: body, noteable_type: "MergeRequest", created_at: now, action: "create" };
  const payload = {
    object_kind: "note",
    event_type: "note",
    user: userById(call.context, user.id),
    project_id: project.id,
    project: hookProject(call.context, project),
    object_attributes: attributes,
    merge_request: { id: request.id, iid: request.iid, title: request.title, state: request.state },
  };
  call.context.deliver({ project, trigger: "note_events", name: "Note Hook", payload });
  return note;
}

function discussion(call: Call, id: string): Record<string, unknown> {
  const { request } = requestOf(call);
  const notes = notesOf(call).filter((note) => note.discussionId === id);
  const individual = !notes.some((note) => note.resolvable);
  return { id, individual_note: individual, notes: notes.map((note) => noteView(call.context, note, request.id)) };
}
