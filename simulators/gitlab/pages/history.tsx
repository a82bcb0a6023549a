import { gitBytes } from "@timonier/kit/git";
import { diff, emptyTree, type FileDiff } from "../git/diff.js";
import { branchHeads, log, readCommit, readCommits, resolve } from "../git/queries.js";
import { codeOf } from "../http/lookups.js";
import { repositoryOf } from "../http/server-context.js";
import { isFilePath } from "../model/paths.js";
import { notFound } from "../model/problem.js";
import { rulesFor } from "../model/protection.js";

import { titleOf } from "../views/commit.js";
import { codeAt, PathCrumbs } from "./code.js";
import { Diff } from "./diff.js";
import { Badge, CommitList, Pager, Preformatted, When } from "./parts.js";
import { field, get, links, type PageAnswer, type PageRoute, type Visit } from "./visit.js";

const perPage = 40;

/** Commits and branches. */
export const historyPages: readonly PageRoute[] = [
  get("/p/:id/-/commits/*", commitsPage),
  get("/p/:id/-/commit/:sha", commitPage),
  get("/p/:id/-/branches", branchesPage),
  get("/p/:id/-/branches/*", branchesPage),
];

async function commitsPage(visit: Visit): Promise<PageAnswer> {
  const { project, ref, path, commit } = await codeAt(visit);
  if (path !== "" && !isFilePath(path)) throw notFound("File");
  const page = Math.max(1, Number.parseInt(field(visit, "page") ?? "1", 10) || 1);
  const args = [`--max-count=${perPage + 1}`, `--skip=${(page - 1) * perPage}`];
  const commits = await log(repositoryOf(visit.call.context, project), [commit], { path: path || undefined, args });
  const to = links(visit, project);
  return {
    kind: "page",
    title: `Commits · ${project.name}`,
    project,
    part: "commits",
    body: (
      <>
        <h1>Commits</h1>
        <PathCrumbs project={project} to={to} at={ref} path={path} />
        <CommitList commits={commits.slice(0, perPage)} links={to} now={visit.call.now} />
        <Pager
          page={page}
          more={commits.length > perPage}
          address={(number) => `${to.commits(path === "" ? ref : `${ref}/${path}`)}?page=${number}`}
        />
      </>
    ),
  };
}

/** One commit: what it changed, compared with its first parent. `.diff` behind its hash gives that as text. */
async function commitPage(visit: Visit): Promise<PageAnswer> {
  const project = codeOf(visit.call);
  const repository = repositoryOf(visit.call.context, project);
  const [, name = "", text] = /^(.*?)(\.diff|\.patch)?$/.exec(visit.call.path.sha ?? "") ?? [];
  const id = await resolve(repository, name);
  const commit = id && (await readCommit(repository, id));
  if (!commit) throw notFound("Commit");
  const from = commit.parents[0] ?? emptyTree;
  if (text) return plainDiff(repository, from, commit.id);
  const to = links(visit, project);
  return {
    kind: "page",
    title: `${titleOf(commit.message)} · ${project.name}`,
    project,
    part: "commits",
    body: (
      <>
        <h1>{titleOf(commit.message)}</h1>
        <p class="muted">
          {commit.authorName} authored <When at={commit.authoredAt} now={visit.call.now} />, commit{" "}
          <code>{commit.id}</code>
          {commit.parents.map((parent) => (
            <span key={parent}>
              , parent{" "}
              <a class="sha" href={to.commit(parent)}>
                {parent.slice(0, 8)}
              </a>
            </span>
          ))}
        </p>
        {commit.message.trim().includes("\n") && (
          <Preformatted class="box message">
            {commit.message.trim().split("\n").slice(1).join("\n").trim()}
          </Preformatted>
        )}
        <Diff
          changes={await diff(repository, from, commit.id)}
          whole={`${to.commit(commit.id)}.diff`}
          file={(change: FileDiff) => (change.status === "deleted" ? undefined : to.blob(commit.id, change.newPath))}
        />
      </>
    ),
  };
}

/** A difference as text, whatever its size. */
export async function plainDiff(repository: string, from: string, to: string): Promise<PageAnswer> {
  const args = ["diff-tree", "-r", "-p", "-M", "--no-ext-diff", "--no-color", "--full-index", from, to];
  return { kind: "bytes", type: "text/plain; charset=utf-8", content: await gitBytes(repository, args) };
}

async function branchesPage(visit: Visit): Promise<PageAnswer> {
  const project = codeOf(visit.call);
  const repository = repositoryOf(visit.call.context, project);
  const to = links(visit, project);
  const heads = [...(await branchHeads(repository))];
  const commits = await readCommits(
    repository,
    heads.map(([, head]) => head),
  );
  const branches = heads
    .flatMap(([name], index) => (commits[index] ? [{ name, commit: commits[index] }] : []))
    .sort((a, b) => Date.parse(b.commit.committedAt) - Date.parse(a.commit.committedAt));
  return {
    kind: "page",
    title: `Branches · ${project.name}`,
    project,
    part: "branches",
    body: (
      <>
        <h1>Branches</h1>
        <ul class="rows">
          {branches.map(({ name, commit }) => (
            <li key={name}>
              <div class="grow">
                <a class="strong" href={to.tree(name)}>
                  {name}
                </a>{" "}
                {name === project.defaultBranch && <Badge kind="info">default</Badge>}{" "}
                {rulesFor(visit.call.state, project, name).length > 0 && <Badge kind="good">protected</Badge>}
                <div class="muted">
                  <a class="sha" href={to.commit(commit.id)}>
                    {commit.id.slice(0, 8)}
                  </a>{" "}
                  {titleOf(commit.message)} · <When at={commit.committedAt} now={visit.call.now} />
                </div>
              </div>
            </li>
          ))}
        </ul>
      </>
    ),
  };
}
