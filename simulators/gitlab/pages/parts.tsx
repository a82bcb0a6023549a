import type { ComponentChildren } from "preact";
import type { Commit } from "../git/queries.js";
import type { User } from "../model/types/accounts.js";
import { titleOf } from "../views/commit.js";
import type { Links } from "./page-address.js";
import type { Visit } from "./visit.js";

/** A form that changes something. */
export function Form(props: { visit: Visit; action: string; class?: string; children: ComponentChildren }) {
  return (
    <form method="post" action={props.action} class={props.class}>
      <input type="hidden" name="_csrf" value={props.visit.csrf} />
      {props.children}
    </form>
  );
}

/** Markup that the sanitizer has let through; the only place where text goes into a page unescaped. */
export function Markdown({ html }: { html: string }) {
  return <div class="markdown" dangerouslySetInnerHTML={{ __html: html }} />;
}

const units = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How long ago. */
function ago(then: Date, now: Date): string {
  const seconds = (then.getTime() - now.getTime()) / 1000;
  const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["minute", 60];
  return Math.abs(seconds) < 60 ? "just now" : relative.format(Math.round(seconds / size), unit);
}

/** A moment, as people say it; the exact one on hovering. */
export function When({ at, now }: { at: string; now: Date }) {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <span>{at}</span>;
  return (
    <time dateTime={moment.toISOString()} title={`${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`}>
      {ago(moment, now)}
    </time>
  );
}

/** A person's name; hovering shows the account. */
export function Person({ user }: { user: User | undefined }) {
  return <strong title={user && `@${user.username}`}>{user?.name ?? "Ghost User"}</strong>;
}

/** A part of a page that scrolls by itself, and that the keyboard reaches. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** Text as it is, which scrolls when it is wide. */
export function Preformatted(props: { class?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <pre class={props.class} tabIndex={0}>
      {props.children}
    </pre>
  );
}

/** A word in a box. */
export function Badge(props: { kind?: string; children: ComponentChildren }) {
  return <span class={`badge ${props.kind ?? ""}`}>{props.children}</span>;
}

/** Commits, newest first. */
export function CommitList(props: { commits: readonly Commit[]; links: Links; now: Date }) {
  return (
    <ul class="rows">
      {props.commits.map((commit) => (
        <li key={commit.id}>
          <div class="grow">
            <a class="strong" href={props.links.commit(commit.id)}>
              {titleOf(commit.message) || "(no message)"}
            </a>
            <div class="muted">
              {commit.authorName} committed <When at={commit.committedAt} now={props.now} />
            </div>
          </div>
          <a class="sha" href={props.links.commit(commit.id)}>
            {commit.id.slice(0, 8)}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Links between the pages of a list. @param address of one page of it */
export function Pager(props: { page: number; more: boolean; address: (page: number) => string }) {
  if (props.page === 1 && !props.more) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {props.page > 1 && <a href={props.address(props.page - 1)}>← Newer</a>}
      {props.more && <a href={props.address(props.page + 1)}>Older →</a>}
    </nav>
  );
}
