import { moveRefs, RefMoved } from "../git/commit.js";
import { branchHead, branchHeads, isAncestor, readCommits, resolve } from "../git/queries.js";
import { projectOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route } from "../http/route.js";
import { codeRoute, projectRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { isRefName, refNameError } from "../model/paths.js";
import { badRequest, forbidden, notFound, problem } from "../model/problem.js";
import { canMerge, canPush, rulesFor, zeroId } from "../model/protection.js";
import type { Project } from "../model/types/projects.js";
import { afterPush } from "../push.js";
import { branchView } from "../views/branch.js";

/** @see https://docs.gitlab.com/api/branches/ */
export const branchRoutes: readonly Route[] = [
  codeRoute(
    "GET",
    "/projects/:id/repository/branches",
    { may: { search: "string" }, open: true },
    async (call, project, values) => {
      const heads = [...(await branchHeads(repositoryOf(call.context, project)))];
      const found = heads
        .filter(([name]) => !values.search || fits(name, values.search))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return page(call, found, ([name, head]) => render(call, project, name, head));
    },
  ),
  codeRoute("GET", "/projects/:id/repository/branches/:branch", { open: true }, async (call, project) =>
    ok(await render(call, project, call.path.branch ?? "", await existing(call, project))),
  ),
  projectRoute(
    "POST",
    "/projects/:id/repository/branches",
    { level: accessLevels.developer, needs: { branch: "string", ref: "string" } },
    async (call, project, { branch, ref }) => {
      const repository = repositoryOf(call.context, project);
      if (project.archived) throw forbidden();
      if (!isRefName(branch)) throw problem(400, "Branch name is invalid");
      const nameError = refNameError("branch", branch);
      if (nameError) throw problem(400, nameError);
      if (await branchHead(repository, branch)) throw problem(400, "Branch already exists");
      const commit = await resolve(repository, ref);
      if (!commit) throw problem(400, "Invalid reference name: ".concat(ref));
      const user = userOf(call);
      const guarded = rulesFor(call.state, project, branch).length > 0;
      if (guarded && !canPush(call.state, user, project, branch) && !canMerge(call.state, user, project, branch))
        throw forbidden();
      await moveRefs(repository, [`create refs/heads/${branch} ${commit}`]).catch((error) => {
        throw error instanceof RefMoved ? problem(400, "Branch already exists") : error;
      });
      await afterPush(call.context, project, user, [{ ref: `refs/heads/${branch}`, before: zeroId, after: commit }]);
      return created(await render(call, project, branch, commit));
    },
  ),
  projectRoute(
    "DELETE",
    "/projects/:id/repository/branches/:branch",
    { level: accessLevels.developer },
    async (call, project) => {
      const branch = call.path.branch ?? "";
      const head = await existing(call, project);
      const user = userOf(call);
      if (project.archived) throw forbidden();
      if (branch === project.defaultBranch) throw problem(405, "Cannot remove HEAD branch");
      if (rulesFor(call.state, project, branch).length > 0) {
        // The API counts as the web interface: maintainers may.
        projectOf(call, accessLevels.maintainer);
      }
      await moveRefs(repositoryOf(call.context, project), [`delete refs/heads/${branch} ${head}`]);
      await afterPush(call.context, project, user, [{ ref: `refs/heads/${branch}`, before: head, after: zeroId }]);
      return noContent();
    },
  ),
  projectRoute(
    "DELETE",
    "/projects/:id/repository/merged_branches",
    { level: accessLevels.developer },
    async (call, project) => {
      const repository = repositoryOf(call.context, project);
      const heads = await branchHeads(repository);
      const main = heads.get(project.defaultBranch);
      for (const [name, head] of main ? heads : []) {
        const kept = name === project.defaultBranch || rulesFor(call.state, project, name).length > 0;
        if (kept || !main || !(await isAncestor(repository, head, main))) continue;
        await moveRefs(repository, [`delete refs/heads/${name} ${head}`]);
        await afterPush(call.context, project, userOf(call), [
          { ref: `refs/heads/${name}`, before: head, after: zeroId },
        ]);
      }
      return { status: 202, body: { message: "202 Accepted" } };
    },
  ),
];

async function existing(call: Call, project: Project): Promise<string> {
  const branch = call.path.branch ?? "";
  if (!isRefName(branch)) throw badRequest("The branch refname is invalid");
  const head = await branchHead(repositoryOf(call.context, project), branch);
  if (!head) throw notFound("Branch");
  return head;
}

async function render(call: Call, project: Project, name: string, head: string) {
  const repository = repositoryOf(call.context, project);
  const [[commit], main] = await Promise.all([
    readCommits(repository, [head]),
    name === project.defaultBranch ? undefined : branchHead(repository, project.defaultBranch),
  ]);
  if (!commit) throw notFound("Branch");
  const merged = main !== undefined && (await isAncestor(repository, head, main));
  return branchView(call.context, project, call.caller?.user, { name, commit, merged });
}

/** `search`: a part of the name, `^start` or `end$`. */
function fits(name: string, search: string): boolean {
  if (search.startsWith("^")) return name.startsWith(search.slice(1));
  return search.endsWith("$") ? name.endsWith(search.slice(0, -1)) : name.toLowerCase().includes(search.toLowerCase());
}
