import { accessLevels } from "@timonier/kit/access-levels";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { get, maybe } from "./ask.js";
import {
  type DeletedFacts,
  type NamespaceFacts,
  ownerOf,
  type ProjectFacts,
  type RepositoryFacts,
  type UserFacts,
  type Wanted,
} from "./gitlab-facts.js";

/** The fields of GitLab's project that are read here. */
interface Project {
  readonly id: number;
  readonly path: string;
  readonly path_with_namespace: string;
  readonly namespace: { readonly full_path: string };
  readonly archived: boolean;
  readonly empty_repo: boolean;
  readonly default_branch: string | null;
  readonly topics?: readonly string[];
  readonly marked_for_deletion_on?: string | null;
  readonly permissions?: {
    readonly project_access: { readonly access_level: number } | null;
    readonly group_access: { readonly access_level: number } | null;
  };
}

/** Where a repository is searched for, and for which stack and user. */
interface Asked {
  readonly namespace: NamespaceFacts;
  readonly wanted: Wanted;
  readonly user: UserFacts;
}

/** Reads what is at a repository's path. @param path its last part */
export async function readRepository(
  client: GitLab,
  path: string,
  { namespace, wanted, user }: Asked,
): Promise<RepositoryFacts> {
  const full = `${namespace.path}/${path}`;
  const project = await maybe(get<Project>(client, `projects/${encodeURIComponent(full)}`));
  if (project?.marked_for_deletion_on) {
    return { state: "free", deleted: deletedFacts(project, project.marked_for_deletion_on, true) };
  }
  // GitLab redirects from the old path of a renamed project, and a new project can be created
  // there.
  if (project && project.path_with_namespace.toLowerCase() === full.toLowerCase()) {
    return projectFacts(client, project, wanted, user);
  }
  if (await maybe(get(client, `groups/${encodeURIComponent(full)}?with_projects=false`))) return { state: "group" };
  return { state: "free", deleted: await findDeleted(client, namespace.path, path) };
}

async function projectFacts(client: GitLab, project: Project, wanted: Wanted, user: UserFacts): Promise<ProjectFacts> {
  const branch = encodeURIComponent(wanted.branch);
  const { project_access: own, group_access: inherited } = project.permissions ?? {};
  return {
    state: "project",
    id: project.id,
    path: project.path_with_namespace,
    owner: ownerOf(project.topics ?? [], wanted.cluster),
    archived: project.archived,
    empty: project.empty_repo,
    defaultBranch: project.default_branch ?? undefined,
    hasBranch: (await maybe(get(client, `projects/${project.id}/repository/branches/${branch}`))) !== undefined,
    level: user.admin ? accessLevels.admin : Math.max(own?.access_level ?? 0, inherited?.access_level ?? 0),
  };
}

/** The newest project that had the path and was renamed when its deletion was scheduled. */
async function findDeleted(client: GitLab, namespace: string, path: string): Promise<DeletedFacts | undefined> {
  const renamed = `${path}-deletion_scheduled-`;
  const search = encodeURIComponent(renamed);
  const listed = await get<Project[]>(client, `projects?membership=true&per_page=100&search=${search}`);
  const [found] = listed
    .filter((one) => one.namespace.full_path === namespace && one.path === `${renamed}${one.id}`)
    .filter((one) => one.marked_for_deletion_on)
    .sort((one, other) => other.id - one.id);
  return found && deletedFacts(found, found.marked_for_deletion_on ?? "", false);
}

function deletedFacts(project: Project, since: string, holdsPath: boolean): DeletedFacts {
  return { id: project.id, path: project.path_with_namespace, since, holdsPath, topics: project.topics ?? [] };
}
