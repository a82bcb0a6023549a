import type { GitLab } from "../../../core/gitlab-client.js";
import { GitLabError, isGone } from "../../../core/gitlab-error.js";
import { detectTier } from "../tier.js";
import {
  type DeletedFacts,
  type Facts,
  levels,
  type NamespaceFacts,
  ownerOf,
  type ProjectFacts,
  type RepositoryFacts,
  type TokenFacts,
  type UserFacts,
  type Visibility,
  type Wanted,
} from "./facts.js";

/** Description by which the program knows a group that it made. */
export const groupMark = "GitOps repositories, made by timonier";

/**
 * Reads what a stack needs to know before it makes anything. Writes nothing.
 *
 * @throws GitLabError when GitLab does not answer, or does not accept the token
 */
export async function gatherFacts(client: GitLab, url: string, wanted: Wanted): Promise<Facts> {
  // First alone: a token that is not accepted is one answer, not five.
  const user = await readUser(client);
  const namespacePath = wanted.namespace ?? user.username;
  const [token, version, localWebhooks, namespace] = await Promise.all([
    readToken(client),
    readVersion(client),
    readLocalWebhooks(client),
    readNamespace(client, namespacePath, wanted.createNamespace, user),
  ]);
  const [tier, repositories] = await Promise.all([
    detectTier(client, namespace?.path ?? ""),
    Promise.all(
      wanted.repositories.map(async (path): Promise<[string, RepositoryFacts]> => {
        const there = namespace?.role === "itself";
        return [path, there ? await readRepository(client, namespace, path, wanted, user) : free];
      }),
    ),
  ]);
  return {
    ...{ url, version, tier, token, user, namespace, namespacePath, localWebhooks },
    repositories: new Map(repositories),
  };
}

const free: RepositoryFacts = { state: "free", deleted: undefined };

async function readUser(client: GitLab): Promise<UserFacts> {
  const user = (await client.Users.showCurrentUser()) as unknown as {
    id: number;
    username: string;
    is_admin?: boolean;
    can_create_group?: boolean;
  };
  return {
    id: user.id,
    username: user.username,
    admin: user.is_admin ?? false,
    mayCreateGroups: user.can_create_group ?? true,
  };
}

/** Every kind of access token knows itself; another kind of credential does not. */
async function readToken(client: GitLab): Promise<TokenFacts> {
  interface Self {
    readonly name: string;
    readonly scopes: string[];
    readonly expires_at: string | null;
  }
  const self = await maybe(get<Self>(client, "personal_access_tokens/self"));
  return {
    name: self?.name ?? "of an unknown kind",
    scopes: self?.scopes ?? ["api"],
    expiresAt: self?.expires_at ?? undefined,
  };
}

async function readVersion(client: GitLab): Promise<string> {
  const { body } = await client.requester.get<{ version: string }>("version");
  return body.version;
}

/** For administrators alone. @see https://docs.gitlab.com/security/webhooks/#allow-requests-to-the-local-network-from-webhooks-and-integrations */
async function readLocalWebhooks(client: GitLab): Promise<boolean | undefined> {
  interface Settings {
    readonly allow_local_requests_from_web_hooks_and_services: boolean;
  }
  const settings = await maybe(get<Settings>(client, "application/settings"));
  return settings?.allow_local_requests_from_web_hooks_and_services;
}

/** The namespace itself, or the group above it if it is still to be made. */
async function readNamespace(
  client: GitLab,
  path: string,
  mayMake: boolean,
  user: UserFacts,
): Promise<NamespaceFacts | undefined> {
  const itself = await oneNamespace(client, path, "itself", user);
  if (itself || !mayMake || !path.includes("/")) return itself;
  return oneNamespace(client, path.slice(0, path.lastIndexOf("/")), "parent", user);
}

async function oneNamespace(
  client: GitLab,
  path: string,
  role: NamespaceFacts["role"],
  user: UserFacts,
): Promise<NamespaceFacts | undefined> {
  interface Namespace {
    readonly id: number;
    readonly kind: "group" | "user";
    readonly full_path: string;
  }
  const found = await maybe(get<Namespace>(client, `namespaces/${encodeURIComponent(path)}`));
  if (!found) return undefined;
  const { id, kind, full_path: full } = found;
  if (kind === "user") {
    const level = full === user.username || user.admin ? levels.owner : 0;
    return {
      ...{ id, kind, role, path: full, ours: false, visibility: "public", level },
      ...{ projectLevel: levels.owner, groupLevel: levels.administrator },
    };
  }
  interface Group {
    readonly visibility: Visibility;
    readonly description?: string | null;
    readonly project_creation_level?: string;
    readonly subgroup_creation_level?: string;
  }
  const [group, member] = await Promise.all([
    get<Group>(client, `groups/${id}`),
    maybe(get<{ access_level: number }>(client, `groups/${id}/members/all/${user.id}`)),
  ]);
  return {
    id,
    kind,
    role,
    path: full,
    ours: group.description === groupMark,
    visibility: group.visibility,
    level: user.admin ? levels.administrator : (member?.access_level ?? 0),
    projectLevel:
      group.project_creation_level === "noone" ? undefined : levelNamed(group.project_creation_level, "developer"),
    groupLevel: levelNamed(group.subgroup_creation_level, "maintainer"),
  };
}

function levelNamed(name: string | undefined, otherwise: keyof typeof levels): number {
  return levels[name as keyof typeof levels] ?? levels[otherwise];
}

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

async function readRepository(
  client: GitLab,
  namespace: NamespaceFacts,
  path: string,
  wanted: Wanted,
  user: UserFacts,
): Promise<RepositoryFacts> {
  const full = `${namespace.path}/${path}`;
  const project = await maybe(get<Project>(client, `projects/${encodeURIComponent(full)}`));
  if (project?.marked_for_deletion_on) {
    return { state: "free", deleted: deletedFacts(project, project.marked_for_deletion_on, true) };
  }
  // A renamed project answers at its old path too, which is free for a new one.
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
    level: user.admin ? levels.administrator : Math.max(own?.access_level ?? 0, inherited?.access_level ?? 0),
  };
}

/** The youngest of those that had the path and wait for deletion under another one. */
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

async function get<T>(client: GitLab, path: string): Promise<T> {
  return (await client.requester.get<T & Record<string, unknown>>(path)).body;
}

/** undefined: there is none, or it is hidden from this token. */
async function maybe<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isGone(error) || (error instanceof GitLabError && error.status === 403)) return undefined;
    throw error;
  }
}
