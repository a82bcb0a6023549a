import type { Call } from "../http/route.js";
import { canSeeGroup, canSeeProject, projectLevel } from "../model/membership.js";
import { findNamespace, groupPath, type Namespace, projectPath } from "../model/namespaces.js";
import { isNumericId } from "../model/paths.js";
import { notFound } from "../model/problem.js";
import type { Group, Project } from "../model/types/projects.js";
import { encodePath } from "./page-address.js";
import { Badge, When } from "./parts.js";
import { projectPage } from "./project.js";
import { at, field, get, links, type PageAnswer, type PageRoute, type Visit } from "./visit.js";

/** Lists of projects, and what stands at the addresses of users, groups and projects. */
export const namespacePages: readonly PageRoute[] = [
  get("/", (visit) => ({
    kind: "redirect",
    to: at(visit, visit.call.caller ? "/dashboard/projects" : "/users/sign_in"),
  })),
  ...["/dashboard", "/dashboard/projects"].map((path) =>
    get(path, (visit) => {
      const user = visit.call.caller?.user;
      if (!user) return { kind: "redirect", to: at(visit, "/users/sign_in") };
      const mine = visible(visit.call).filter((each) => projectLevel(visit.call.state, user, each) > 0);
      return projectsPage(visit, "Projects", mine);
    }),
  ),
  ...["/explore", "/explore/projects"].map((path) =>
    get(path, (visit) => projectsPage(visit, "Explore projects", visible(visit.call))),
  ),
  get("/n/:id", (visit) => {
    const path = visit.call.path.id ?? "";
    if (path.includes("/")) {
      const project = visible(visit.call).find((each) => sameText(projectPath(visit.call.state, each), path));
      if (project) return projectPage(visit);
      const current = addressOfToday(visit, path);
      if (current !== undefined) return { kind: "redirect", to: current, status: 301 };
    }
    const namespace = isNumericId(path) ? undefined : findNamespace(visit.call.state, path);
    return namespacePage(visit, namespace);
  }),
];

const parts = "merge_requests|tree|blob|raw|commits|commit|branches";

/** Where a project's address without `/-/` leads, as GitLab wrote them before 2019; undefined for any other address. */
function addressOfToday(visit: Visit, path: string): string | undefined {
  const [, name = "", rest = ""] = new RegExp(`^(.+?/.+?)/((?:${parts})(?:/.*)?)$`).exec(path) ?? [];
  const project = visible(visit.call).find((each) => sameText(projectPath(visit.call.state, each), name));
  if (!project) return undefined;
  const query = /\?.*$/.exec(visit.here)?.[0] ?? "";
  return `${links(visit, project).home}/-/${encodePath(rest)}${query}`;
}

const sameText = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

function visible(call: Call): Project[] {
  return call.state.projects.filter((project) => canSeeProject(call.state, call.caller?.user, project));
}

function projectsPage(visit: Visit, title: string, projects: readonly Project[]): PageAnswer {
  const { caller } = visit.call;
  return {
    kind: "page",
    title,
    body: (
      <>
        <h1>{title}</h1>
        {caller && (
          <nav class="tabs" aria-label="Which projects">
            <a href={at(visit, "/dashboard/projects")} aria-current={title === "Projects" ? "page" : undefined}>
              Yours
            </a>
            <a href={at(visit, "/explore/projects")} aria-current={title === "Projects" ? undefined : "page"}>
              Explore
            </a>
          </nav>
        )}
        <ProjectList visit={visit} projects={projects} />
      </>
    ),
  };
}

function ProjectList({ visit, projects }: { visit: Visit; projects: readonly Project[] }) {
  const wanted = field(visit, "name")?.toLowerCase() ?? "";
  const found = projects
    .filter((project) => projectPath(visit.call.state, project).toLowerCase().includes(wanted))
    .sort((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1));
  return (
    <>
      {(projects.length > 10 || wanted !== "") && (
        <form method="get" class="line">
          <input
            type="search"
            name="name"
            value={wanted}
            aria-label="Part of the path"
            placeholder="Part of the path"
          />
          <button type="submit">Search</button>
        </form>
      )}
      {found.length === 0 && <p class="empty">No projects.</p>}
      <ul class="rows">
        {found.map((project) => (
          <li key={project.id}>
            <div class="grow">
              <a class="strong" href={links(visit, project).home}>
                {projectPath(visit.call.state, project)}
              </a>{" "}
              <Badge>{project.visibility}</Badge> {project.archived && <Badge kind="warn">archived</Badge>}
              {project.settings.description ? <div class="muted">{String(project.settings.description)}</div> : null}
            </div>
            <span class="muted">
              Updated <When at={project.lastActivityAt} now={visit.call.now} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** A group or a user. @throws Problem 404 for what the visitor may not see */
function namespacePage(visit: Visit, namespace: Namespace | undefined): PageAnswer {
  const { state, caller } = visit.call;
  const hidden = namespace?.kind === "group" && !canSeeGroup(state, caller?.user, namespace.group);
  // Users are visible to signed-in users only.
  if (!namespace || hidden || (namespace.kind === "user" && !caller)) throw notFound();
  const title = namespace.kind === "group" ? namespace.group.name : namespace.user.name;
  const groups: readonly Group[] =
    namespace.kind === "group"
      ? state.groups
          .filter(({ parentId }) => parentId === namespace.id)
          .filter((each) => canSeeGroup(state, caller?.user, each))
      : [];
  const projects = visible(visit.call).filter(({ namespaceId }) => namespaceId === namespace.id);
  return {
    kind: "page",
    title,
    body: (
      <>
        <h1>
          {title} {namespace.kind === "group" && <Badge>{namespace.group.visibility}</Badge>}
        </h1>
        {groups.length > 0 && (
          <>
            <h2>Subgroups</h2>
            <ul class="rows">
              {groups.map((group) => (
                <li key={group.id}>
                  <a class="strong" href={at(visit, `/${groupPath(state, group)}`)}>
                    {groupPath(state, group)}
                  </a>
                </li>
              ))}
            </ul>
            <h2>Projects</h2>
          </>
        )}
        <ProjectList visit={visit} projects={projects} />
      </>
    ),
  };
}
