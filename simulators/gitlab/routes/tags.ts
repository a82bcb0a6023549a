import { git } from "@timonier/kit/git";
import { moveRefs, RefMoved } from "../git/commit.js";
import { readCommit, resolve } from "../git/queries.js";
import { readTag, tagObject } from "../git/tag.js";
import { codeOf, userOf } from "../http/lookups.js";
import { type Call, created, noContent, ok, page, type Route, route } from "../http/route.js";
import { codeRoute, projectRoute } from "../http/scoped-routes.js";
import { repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { isRefName, refNameError } from "../model/paths.js";
import { forbidden, notFound, problem } from "../model/problem.js";
import { tagRefusal, tagRulesFor, zeroId } from "../model/protection.js";
import type { Project } from "../model/types/projects.js";
import { afterPush } from "../push.js";
import { commitView } from "../views/commit.js";
import { apiTime } from "../views/time.js";

const base = "/projects/:id/repository/tags";

const filters = {
  search: "string",
  order_by: ["updated", "name", "version"] as const,
  sort: ["asc", "desc"],
} as const;

/** @see https://docs.gitlab.com/api/tags/ */
export const tagRoutes: readonly Route[] = [
  codeRoute("GET", base, { may: filters, open: true }, async (call, project, values) => {
    const key = { updated: "creatordate", name: "refname", version: "version:refname" }[values.order_by ?? "updated"];
    const text = await git(repositoryOf(call.context, project), [
      "for-each-ref",
      `--sort=${values.sort === "asc" ? "" : "-"}${key}`,
      "--format=%(refname:lstrip=2)",
      "refs/tags",
    ]);
    const names = text.split("\n").filter((name) => name !== "" && fitsSearch(name, values.search ?? ""));
    return page(call, names, (name) => render(call, project, name));
  }),
  route("GET", `${base}/:tag`, { open: true }, async (call) =>
    ok(await render(call, codeOf(call), call.path.tag ?? "")),
  ),
  projectRoute(
    "POST",
    base,
    { level: accessLevels.developer, needs: { tag_name: "string", ref: "string" }, may: { message: "string" } },
    async (call, project, values) => {
      const repository = repositoryOf(call.context, project);
      if (project.archived) throw forbidden();
      if (!isRefName(values.tag_name)) throw problem(400, "Tag name invalid");
      const nameError = refNameError("tag", values.tag_name);
      if (nameError) throw problem(400, nameError);
      const commit = await resolve(repository, values.ref);
      if (!commit) throw problem(400, "Target ".concat(values.ref, " is invalid"));
      const ref = `refs/tags/${values.tag_name}`;
      const user = userOf(call);
      const refused = tagRefusal(call.state, user, project, { ref, before: zeroId, after: commit, web: true });
      if (refused) throw problem(400, refused);
      const { tag_name: name, message } = values;
      const after = message ? await tagObject(repository, { name, commit, message, tagger: user }) : commit;
      await moveRefs(repository, [`create ${ref} ${after}`]).catch((error) => {
        throw error instanceof RefMoved ? problem(400, `Tag ${values.tag_name} already exists`) : error;
      });
      await afterPush(call.context, project, user, [{ ref, before: zeroId, after }]);
      return created(await render(call, project, values.tag_name));
    },
  ),
  projectRoute("DELETE", `${base}/:tag`, { level: accessLevels.maintainer }, async (call, project) => {
    const repository = repositoryOf(call.context, project);
    const name = call.path.tag ?? "";
    if (project.archived) throw forbidden();
    const before = isRefName(name) ? await resolve(repository, `refs/tags/${name}`) : undefined;
    if (!before) throw notFound("Tag");
    const change = { ref: `refs/tags/${name}`, before, after: zeroId };
    const refused = tagRefusal(call.state, userOf(call), project, { ...change, web: true });
    if (refused) throw forbidden(refused);
    await moveRefs(repository, [`delete refs/tags/${name}`]);
    await afterPush(call.context, project, userOf(call), [change]);
    return noContent();
  }),
];

async function render(call: Call, project: Project, name: string): Promise<Record<string, unknown>> {
  const repository = repositoryOf(call.context, project);
  const id = isRefName(name) ? await resolve(repository, `refs/tags/${name}`) : undefined;
  const commit = id ? await readCommit(repository, id) : undefined;
  if (!commit) throw notFound("Tag");
  const tag = await readTag(repository, name);
  return {
    name,
    message: tag?.message ?? "",
    // An annotated tag has a hash of its own.
    target: tag?.id ?? id,
    commit: commitView(call.context, project, commit),
    release: null,
    protected: tagRulesFor(call.state, project, name).length > 0,
    created_at: tag ? apiTime(tag.at) : null,
  };
}

/** `search`: a part of the name, `^start` or `end$`. */
function fitsSearch(name: string, search: string): boolean {
  if (search.startsWith("^")) return name.startsWith(search.slice(1));
  return search.endsWith("$") ? name.endsWith(search.slice(0, -1)) : name.includes(search);
}
