import { accessLevels } from "@timonier/kit/access-levels";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { get, maybe } from "./ask.js";
import type { NamespaceFacts, UserFacts, Visibility } from "./gitlab-facts.js";

/** Description of the groups that this program creates. */
export const groupMark = "GitOps repositories, made by timonier";

/**
 * Reads the namespace, or its parent if the stack will create it.
 *
 * @param mayCreate whether it may
 */
export async function readNamespace(
  client: GitLab,
  path: string,
  mayCreate: boolean,
  user: UserFacts,
): Promise<NamespaceFacts | undefined> {
  const itself = await oneNamespace(client, path, "itself", user);
  if (itself || !mayCreate || !path.includes("/")) return itself;
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
    const level = full === user.username || user.admin ? accessLevels.owner : 0;
    return {
      ...{ id, kind, role, path: full, ours: false, visibility: "public", level },
      ...{ projectLevel: accessLevels.owner, groupLevel: accessLevels.admin },
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
    level: user.admin ? accessLevels.admin : (member?.access_level ?? 0),
    projectLevel:
      group.project_creation_level === "noone"
        ? undefined
        : levelNamed(group.project_creation_level, accessLevels.developer),
    groupLevel: levelNamed(group.subgroup_creation_level, accessLevels.maintainer),
  };
}

/**
 * Levels by the names that a group's settings have for them.
 *
 * @see https://docs.gitlab.com/api/groups/
 */
const namedLevels: Readonly<Record<string, number>> = {
  developer: accessLevels.developer,
  maintainer: accessLevels.maintainer,
  owner: accessLevels.owner,
  administrator: accessLevels.admin,
};

function levelNamed(name: string | undefined, otherwise: number): number {
  return namedLevels[name ?? ""] ?? otherwise;
}
