import { readFileAt } from "../commits.js";
import { diff } from "../git/diff.js";
import { resolve } from "../git/queries.js";
import { requestOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { requestRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { projectLevel } from "../model/membership.js";
import { checkPosition, positionFields, readPosition } from "../model/position.js";
import { forbidden, notFound } from "../model/problem.js";
import { randomHex } from "../model/secrets.js";
import { nextId, removeWhere } from "../model/server-state.js";
import { sortBy } from "../model/sorting.js";
import type { Note, NotePosition } from "../model/types/merge-requests.js";
import { noteView } from "../views/merge-request.js";
import { hookProject } from "../views/push-event.js";
import { userById } from "../views/user.js";

const base = "/projects/:id/merge_requests/:iid";
const one = `${base}/discussions/:discussion_id`;

/**
 * @see https://docs.gitlab.com/api/notes/#merge-requests and
 * https://docs.gitlab.com/api/discussions/#merge-requests
 */
export const noteRoutes: readonly Route[] = [
  requestRoute(
    "GET",
    `${base}/notes`,
    { may: { sort: ["asc", "desc"], order_by: ["created_at", "updated_at"] }, open: true },
    (call, { request }, values) => {
      const key = ({ createdAt, updatedAt }: Note) => (values.order_by === "updated_at" ? updatedAt : createdAt);
      const notes = sortBy(notesOf(call), key, values.sort ?? "desc");
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
      const internal = values.internal ?? values.confidential ?? false;
      const note = addNote(call, { body: values.body, resolvable: false, internal });
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
  route("GET", one, { open: true }, (call) => ok(discussion(call, existingDiscussion(call)))),
  route(
    "POST",
    `${base}/discussions`,
    { needs: { body: "string" }, may: { position: positionFields } },
    async (call, values) => {
      const position = values.position && (await checkedPosition(call, values.position));
      const note = addNote(call, { body: values.body, resolvable: true, position });
      return created(discussion(call, note.discussionId));
    },
  ),
  route("POST", `${one}/notes`, { needs: { body: "string" } }, (call, { body }) => {
    const note = reply(call, existingDiscussion(call), body);
    return created(noteView(call.context, note, requestOf(call).request.id));
  }),
  route("PUT", `${one}/notes/:note_id`, { may: { body: "string", resolved: "boolean" } }, (call, values) => {
    const id = existingDiscussion(call);
    const found = values.body === undefined ? existing(call) : writable(call);
    if (found.discussionId !== id) throw notFound();
    if (values.body !== undefined) Object.assign(found, { body: values.body, updatedAt: call.now.toISOString() });
    if (values.resolved !== undefined) resolveNotes(call, [found], values.resolved);
    return ok(noteView(call.context, found, requestOf(call).request.id));
  }),
  route("DELETE", `${one}/notes/:note_id`, {}, (call) => {
    const id = existingDiscussion(call);
    const gone = writable(call);
    if (gone.discussionId !== id) throw notFound();
    removeWhere(call.state.notes, (note) => note === gone);
    return noContent();
  }),
  route("PUT", `${base}/discussions/:discussion_id`, { needs: { resolved: "boolean" } }, (call, { resolved }) => {
    resolveDiscussion(call, resolved);
    return ok(discussion(call, call.path.discussion_id ?? ""));
  }),
];

/** Resolves a thread, or opens it again. @throws Problem 404 or 403 */
export function resolveDiscussion(call: Call, resolved: boolean): void {
  const id = existingDiscussion(call);
  resolveNotes(
    call,
    notesOf(call).filter((note) => note.discussionId === id),
    resolved,
  );
}

function resolveNotes(call: Call, notes: readonly Note[], resolved: boolean): void {
  const { project, request } = requestOf(call);
  const user = userOf(call);
  const may = projectLevel(call.state, user, project) >= accessLevels.developer || request.authorId === user.id;
  if (!may) throw forbidden();
  for (const note of notes.filter(({ resolvable }) => resolvable))
    Object.assign(note, { resolved, resolvedBy: resolved ? user.id : null });
}

/** The discussion that the address names. @throws Problem 404 */
function existingDiscussion(call: Call): string {
  const { discussion_id: id = "" } = call.path;
  if (!notesOf(call).some((note) => note.discussionId === id)) throw notFound("Discussion");
  return id;
}

/** Replies to a discussion; a single comment becomes a thread. */
export function reply(call: Call, discussionId: string, body: string): Note {
  const others = notesOf(call).filter((note) => note.discussionId === discussionId);
  if (others.length === 0) throw notFound("Discussion");
  const internal = others.some((note) => note.internal);
  const note = addNote(call, { body, resolvable: true, internal, discussionId, position: others[0]?.position });
  for (const each of others) each.resolvable = true;
  return note;
}

/** A position within the changes of two commits of the repository. @throws Problem 400 */
async function checkedPosition(call: Call, values: Parameters<typeof readPosition>[0]): Promise<NotePosition> {
  const { project } = requestOf(call);
  const repository = repositoryOf(call.context, project);
  const position = readPosition(values);
  const [base, head] = await Promise.all([
    resolve(repository, position.baseSha),
    resolve(repository, position.headSha),
  ]);
  const changed = base && head ? await diff(repository, base, head) : [];
  const file = changed.find((each) => each.newPath === position.newPath || each.oldPath === position.oldPath);
  const content = file && head ? (await readFileAt(repository, head, file.newPath))?.content.toString() : undefined;
  checkPosition(position, file && { ...file, length: content?.split("\n").length ?? 0 });
  return position;
}

/** Comments of a merge request, oldest first; internal ones for reporters and higher roles only. */
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

/** The comment, for callers who may change it: its author, or a maintainer. */
function writable(call: Call): Note {
  const note = existing(call);
  const user = userOf(call);
  const { project } = requestOf(call);
  if (note.authorId !== user.id && projectLevel(call.state, user, project) < accessLevels.maintainer) throw forbidden();
  return note;
}

/** A comment to be added. */
export interface NewNote {
  readonly body: string;
  /** Whether it is part of a thread that can be resolved. */
  readonly resolvable: boolean;
  /** Whether only reporters and higher roles see it. @default false */
  readonly internal?: boolean;
  /** Discussion that it answers. @default a new one */
  readonly discussionId?: string;
  /** Place in the changes. @default none: it is about the merge request as a whole */
  readonly position?: NotePosition | undefined;
}

/** Adds a comment as the caller. @throws Problem 403 in an archived project */
export function addNote(call: Call, wish: NewNote): Note {
  const { body, resolvable, internal = false, discussionId, position } = wish;
  const { project, request } = requestOf(call);
  call.role = Math.max(call.role, accessLevels.guest);
  const user = userOf(call);
  if (project.archived) throw forbidden();
  const now = call.now.toISOString();
  const note: Note = {
    id: nextId(call.state, "note"),
    projectId: project.id,
    mergeRequestIid: request.iid,
    discussionId: discussionId ?? randomHex(20),
    authorId: user.id,
    body,
    system: false,
    resolvable,
    resolved: false,
    resolvedBy: null,
    internal,
    position,
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
