import { accessLevels } from "../model/access-level.js";
import type { Note } from "../model/types/merge-requests.js";
import { type MarkdownBase, renderMarkdown } from "./markdown.js";
import { Badge, Form, Markdown, Person, When } from "./parts.js";
import type { Shown } from "./shown.js";
import { links } from "./visit.js";

/** A comment, or a thread of them. */
export function Thread({ shown, notes, base }: { shown: Shown; notes: readonly Note[]; base: MarkdownBase }) {
  const { visit, project, request, level } = shown;
  const [first] = notes;
  if (!first) return null;
  const resolvable = notes.some((note) => note.resolvable);
  const resolved = notes.every((note) => !note.resolvable || note.resolved);
  const by = visit.call.state.users.find(({ id }) => id === first.resolvedBy);
  return (
    <section class={resolvable && !resolved ? "box thread open" : "box thread"}>
      {notes.map((note) => (
        <Comment key={note.id} shown={shown} note={note} base={base} />
      ))}
      {visit.call.caller && level > 0 && (
        <Form
          visit={visit}
          action={links(visit, project).mergeRequest(request.iid, `discussions/${first.discussionId}/notes`)}
          class="stack reply"
        >
          <details>
            <summary>Reply</summary>
            <label>
              Answer
              <textarea name="body" rows={2} required placeholder="Markdown" />
            </label>
            <button type="submit">Reply</button>
          </details>
        </Form>
      )}
      {resolvable && (
        <div class="bar">
          <span class="muted">
            {resolved ? (
              <>
                Resolved by <Person user={by} />
              </>
            ) : (
              "This thread is not resolved yet."
            )}
          </span>
          {level >= accessLevels.developer && (
            <Form
              visit={visit}
              action={links(visit, project).mergeRequest(request.iid, `discussions/${first.discussionId}/resolve`)}
            >
              <input type="hidden" name="resolved" value={resolved ? "0" : "1"} />
              <button type="submit" class="quiet">
                {resolved ? "Reopen thread" : "Resolve thread"}
              </button>
            </Form>
          )}
        </div>
      )}
    </section>
  );
}

function Comment({ shown, note, base }: { shown: Shown; note: Note; base: MarkdownBase }) {
  const { state, now } = shown.visit.call;
  return (
    <article id={`note_${note.id}`}>
      <p class="muted">
        <Person user={state.users.find(({ id }) => id === note.authorId)} /> ·{" "}
        <a href={`#note_${note.id}`}>
          <When at={note.createdAt} now={now} />
        </a>{" "}
        {note.updatedAt !== note.createdAt && (
          <>
            · edited <When at={note.updatedAt} now={now} />{" "}
          </>
        )}
        {note.internal && <Badge kind="warn">Internal note</Badge>}
      </p>
      <Markdown html={renderMarkdown(note.body, base)} />
    </article>
  );
}
