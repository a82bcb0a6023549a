import { posix } from "node:path";
import {
  branchHead,
  branchHeads,
  type Commit,
  listTree,
  readBlob,
  readCommit,
  type TreeEntry,
} from "../git/queries.js";
import { codeOf } from "../http/lookups.js";
import { repositoryOf } from "../http/server-context.js";
import { notFound } from "../model/problem.js";
import type { Project } from "../model/types/projects.js";
import { titleOf } from "../views/commit.js";
import { codeAt, PathCrumbs } from "./code.js";
import { renderMarkdown } from "./markdown.js";
import type { Links } from "./page-address.js";
import { Markdown, Preformatted, When } from "./parts.js";
import { get, links, type PageAnswer, type PageRoute, type Visit } from "./visit.js";

/** Folders. */
export const treePages: readonly PageRoute[] = [
  get("/p/:id/-/tree/*", async (visit) => {
    const found = await codeAt(visit);
    return treePage(visit, found.project, found);
  }),
];

/** A project's first page: its files, and what its README says. */
export async function projectPage(visit: Visit): Promise<PageAnswer> {
  const project = codeOf(visit.call);
  const repository = repositoryOf(visit.call.context, project);
  const ref = project.defaultBranch;
  const commit = await branchHead(repository, ref);
  if (!commit) return emptyPage(visit, project);
  return treePage(visit, project, { ref, path: "", commit });
}

function emptyPage(visit: Visit, project: Project): PageAnswer {
  return {
    kind: "page",
    title: project.name,
    project,
    part: "files",
    body: (
      <section class="empty">
        <h1>The repository for this project is empty</h1>
        <Preformatted>git clone {new URL(links(visit, project).home, visit.call.context.url).href}.git</Preformatted>
      </section>
    ),
  };
}

/** A folder at a revision. */
interface Folder {
  readonly ref: string;
  readonly path: string;
  readonly commit: string;
}

async function treePage(visit: Visit, project: Project, folder: Folder): Promise<PageAnswer> {
  const { ref, path, commit } = folder;
  const repository = repositoryOf(visit.call.context, project);
  const to = links(visit, project);
  const [entries, head, heads] = await Promise.all([
    listTree(repository, commit, path, false),
    readCommit(repository, commit),
    branchHeads(repository),
  ]);
  if (!entries) throw notFound("Tree");
  const readme = entries.find(
    (entry) => entry.type === "blob" && /(^|\/)readme(\.(md|markdown|txt))?$/i.test(entry.path),
  );
  const text = readme ? (await readBlob(repository, readme.id)).toString() : "";
  return {
    kind: "page",
    title: path === "" ? project.name : `${path} · ${project.name}`,
    project,
    part: "files",
    body: (
      <>
        <h1>{path === "" ? project.name : posix.basename(path)}</h1>
        {path === "" && project.settings.description ? <p>{String(project.settings.description)}</p> : null}
        <div class="bar">
          <PathCrumbs project={project} to={to} at={ref} path={path} />
          <BranchMenu to={to} branches={[...heads.keys()]} path={path} origin={visit.call.context.url} />
        </div>
        {head && <LastCommit to={to} head={head} at={ref} now={visit.call.now} />}
        <Entries to={to} folder={folder} entries={entries} />
        {readme && <Readme to={to} folder={folder} file={readme.path} text={text} />}
      </>
    ),
  };
}

function BranchMenu(props: { to: Links; branches: readonly string[]; path: string; origin: string }) {
  const { to, branches, path, origin } = props;
  return (
    <details class="menu">
      <summary>Branches and clone</summary>
      <ul>
        {branches.slice(0, 50).map((name) => (
          <li key={name}>
            <a href={to.tree(name, path)}>{name}</a>
          </li>
        ))}
        <li class="muted">
          <code>git clone {new URL(to.home, origin).href}.git</code>
        </li>
      </ul>
    </details>
  );
}

function LastCommit({ to, head, at, now }: { to: Links; head: Commit; at: string; now: Date }) {
  return (
    <p class="box">
      <a class="strong" href={to.commit(head.id)}>
        {titleOf(head.message)}
      </a>{" "}
      <span class="muted">
        {head.authorName} · <When at={head.committedAt} now={now} />
      </span>{" "}
      <a class="sha" href={to.commits(at)}>
        {head.id.slice(0, 8)}
      </a>
    </p>
  );
}

function Entries({ to, folder, entries }: { to: Links; folder: Folder; entries: readonly TreeEntry[] }) {
  const { ref, path } = folder;
  return (
    <ul class="rows files">
      {path !== "" && (
        <li>
          <a href={to.tree(ref, posix.dirname(path) === "." ? "" : posix.dirname(path))}>..</a>
        </li>
      )}
      {[...entries]
        .sort((a, b) => rank(a) - rank(b))
        .map((entry) => (
          <li key={entry.path}>
            <Entry entry={entry} href={entry.type === "tree" ? to.tree(ref, entry.path) : to.blob(ref, entry.path)} />
          </li>
        ))}
    </ul>
  );
}

function Readme({ to, folder, file, text }: { to: Links; folder: Folder; file: string; text: string }) {
  const { ref, path } = folder;
  const base = { folder: path, blob: (name: string) => to.blob(ref, name), raw: (name: string) => to.raw(ref, name) };
  return (
    <section class="box readme">
      <h2 class="filename">{posix.basename(file)}</h2>
      {/\.(md|markdown)$/i.test(file) ? (
        <Markdown html={renderMarkdown(text, base)} />
      ) : (
        <Preformatted>{text}</Preformatted>
      )}
    </section>
  );
}

const rank = ({ type }: TreeEntry) => (type === "tree" ? 0 : 1);

function Entry({ entry, href }: { entry: TreeEntry; href: string }) {
  const name = posix.basename(entry.path);
  if (entry.type === "commit") {
    return (
      <span>
        {name} <span class="muted">@ {entry.id.slice(0, 8)}</span>
      </span>
    );
  }
  return (
    <a class={entry.type === "tree" ? "folder" : "file"} href={href}>
      {name}
      {entry.type === "tree" ? "/" : ""}
    </a>
  );
}
