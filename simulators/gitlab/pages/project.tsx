import { posix } from "node:path";
import { branchHead, branchHeads, listTree, readBlob, readCommit, type TreeEntry } from "../git/queries.js";
import { codeOf } from "../http/lookups.js";
import { repositoryOf } from "../http/server-context.js";
import { notFound } from "../model/problem.js";
import type { Project } from "../model/types/projects.js";

import { titleOf } from "../views/commit.js";
import { codeAt, PathCrumbs } from "./code.js";
import { renderMarkdown } from "./markdown.js";
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

async function treePage(
  visit: Visit,
  project: Project,
  { ref, path, commit }: { readonly ref: string; readonly path: string; readonly commit: string },
): Promise<PageAnswer> {
  const repository = repositoryOf(visit.call.context, project);
  const to = links(visit, project);
  const [entries, head, heads] = await Promise.all([
    listTree(repository, commit, path, false),
    readCommit(repository, commit),
    branchHeads(repository),
  ]);
  if (!entries) throw notFound("Tree");
  const sorted = [...entries].sort((a, b) => rank(a) - rank(b));
  const readme = entries.find(
    (entry) => entry.type === "blob" && /(^|\/)readme(\.(md|markdown|txt))?$/i.test(entry.path),
  );
  const text = readme && (await readBlob(repository, readme.id)).toString();
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
          <details class="menu">
            <summary>Branches and clone</summary>
            <ul>
              {[...heads.keys()].slice(0, 50).map((name) => (
                <li key={name}>
                  <a href={to.tree(name, path)}>{name}</a>
                </li>
              ))}
              <li class="muted">
                <code>git clone {new URL(to.home, visit.call.context.url).href}.git</code>
              </li>
            </ul>
          </details>
        </div>
        {head && (
          <p class="box">
            <a class="strong" href={to.commit(head.id)}>
              {titleOf(head.message)}
            </a>{" "}
            <span class="muted">
              {head.authorName} · <When at={head.committedAt} now={visit.call.now} />
            </span>{" "}
            <a class="sha" href={to.commits(ref)}>
              {head.id.slice(0, 8)}
            </a>
          </p>
        )}
        <ul class="rows files">
          {path !== "" && (
            <li>
              <a href={to.tree(ref, posix.dirname(path) === "." ? "" : posix.dirname(path))}>..</a>
            </li>
          )}
          {sorted.map((entry) => (
            <li key={entry.path}>
              <Entry entry={entry} href={entry.type === "tree" ? to.tree(ref, entry.path) : to.blob(ref, entry.path)} />
            </li>
          ))}
        </ul>
        {readme && text !== undefined && (
          <section class="box readme">
            <h2 class="filename">{posix.basename(readme.path)}</h2>
            {/\.(md|markdown)$/i.test(readme.path) ? (
              <Markdown
                html={renderMarkdown(text, {
                  folder: path,
                  blob: (file) => to.blob(ref, file),
                  raw: (file) => to.raw(ref, file),
                })}
              />
            ) : (
              <Preformatted>{text}</Preformatted>
            )}
          </section>
        )}
      </>
    ),
  };
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
