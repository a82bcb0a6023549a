import { render } from "preact-render-to-string";
import { lineage, namespaceById } from "../model/namespaces.js";
import type { Project } from "../model/types/projects.js";
import { Badge, Form } from "./parts.js";
import { at, links, type PageAnswer, type ProjectPart, type Visit } from "./visit.js";

type Content = Extract<PageAnswer, { kind: "page" }>;

/** A whole page as HTML. */
export function renderPage(visit: Visit, content: Content): string {
  return `<!doctype html>\n${render(<Page visit={visit} content={content} />)}\n`;
}

function Page({ visit, content }: { visit: Visit; content: Content }) {
  const user = visit.call.caller?.user;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${content.title} · GitLab, embedded`}</title>
        <link rel="stylesheet" href={at(visit, "/assets/style.css")} />
        <link rel="icon" type="image/svg+xml" href={at(visit, "/assets/icon.svg")} />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href={at(visit, user ? "/dashboard/projects" : "/explore/projects")}>
            <img src={at(visit, "/assets/icon.svg")} alt="" width="22" height="22" /> Projects
          </a>
          {user ? (
            <Form visit={visit} action={at(visit, "/users/sign_out")}>
              <span class="user" title={user.name}>
                @{user.username}
              </span>
              <button type="submit" class="quiet">
                Sign out
              </button>
            </Form>
          ) : (
            <a href={at(visit, "/users/sign_in")}>Sign in</a>
          )}
        </header>
        {content.project && <ProjectHead visit={visit} project={content.project} part={content.part} />}
        <main id="content">
          {content.refusal && (
            <p class="alert" role="alert">
              {content.refusal}
            </p>
          )}
          {content.body}
        </main>
        <footer class="muted">
          timonier's embedded GitLab: these pages, its API and Git are served from this machine alone.
        </footer>
      </body>
    </html>
  );
}

function ProjectHead(props: { visit: Visit; project: Project; part: ProjectPart | undefined }) {
  const { visit, project, part } = props;
  const { state } = visit.call;
  const to = links(visit, project);
  const namespace = namespaceById(state, project.namespaceId);
  const above =
    namespace?.kind === "group"
      ? lineage(state, namespace.group).reverse()
      : namespace
        ? [{ path: namespace.user.username, name: namespace.user.name }]
        : [];
  const open = state.mergeRequests.filter((each) => each.projectId === project.id && each.state === "opened").length;
  const tabs: readonly (readonly [ProjectPart, string, string])[] = [
    ["files", "Files", to.home],
    ["commits", "Commits", to.commits(project.defaultBranch)],
    ["branches", "Branches", to.branches],
    ["merge-requests", "Merge requests", to.mergeRequests],
  ];
  return (
    <div class="project">
      <nav aria-label="Where this is" class="crumbs">
        {above.map((each, index) => (
          <span key={each.path}>
            <a
              href={at(
                visit,
                `/${above
                  .slice(0, index + 1)
                  .map(({ path }) => path)
                  .join("/")}`,
              )}
            >
              {each.name}
            </a>{" "}
            /{" "}
          </span>
        ))}
        <a class="strong" href={to.home}>
          {project.name}
        </a>{" "}
        <Badge>{project.visibility}</Badge> {project.archived && <Badge kind="warn">archived</Badge>}
      </nav>
      <nav aria-label="Project" class="tabs">
        {tabs.map(([id, name, href]) => (
          <a key={id} href={href} aria-current={id === part ? "page" : undefined}>
            {name} {id === "merge-requests" && <span class="count">{open}</span>}
          </a>
        ))}
      </nav>
    </div>
  );
}
