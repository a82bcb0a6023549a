import { hasRefs } from "../git/repositories.js";
import { type Context, repositoryOf } from "../http/server-context.js";
import { accessLevels } from "../model/access-level.js";
import { projectLevel, projectMembers } from "../model/membership.js";
import { groupPath, lineage, type Namespace, namespaceById, projectPath } from "../model/namespaces.js";
import { oldSwitches, projectAttributes } from "../model/project-attributes.js";
import { digest, tokenPrefixes } from "../model/secrets.js";
import type { User } from "../model/types/accounts.js";
import type { Project } from "../model/types/projects.js";
import { projectUrl } from "./commit.js";
import { basicUser } from "./user.js";

/** A namespace inside another object. */
export function namespaceView(context: Context, namespace: Namespace | undefined): Record<string, unknown> | null {
  if (!namespace) return null;
  if (namespace.kind === "user") {
    const { user } = namespace;
    return {
      id: namespace.id,
      name: user.name,
      path: user.username,
      kind: "user",
      full_path: user.username,
      parent_id: null,
      avatar_url: null,
      web_url: `${context.url}/${user.username}`,
    };
  }
  const { group } = namespace;
  const path = groupPath(context.store.state, group);
  return {
    id: group.id,
    name: group.name,
    path: group.path,
    kind: "group",
    full_path: path,
    parent_id: group.parentId,
    avatar_url: null,
    web_url: `${context.url}/groups/${path}`,
  };
}

/** A project without the attributes that only members see. */
export function simpleProject(context: Context, project: Project): Record<string, unknown> {
  const state = context.store.state;
  const namespace = namespaceById(state, project.namespaceId);
  const path = projectPath(state, project);
  const url = projectUrl(context, project);
  const above =
    namespace?.kind === "group"
      ? lineage(state, namespace.group)
          .map((group) => group.name)
          .reverse()
      : [namespace?.user.name];
  return {
    id: project.id,
    description: project.settings.description ?? null,
    name: project.name,
    name_with_namespace: [...above, project.name].join(" / "),
    path: project.path,
    path_with_namespace: path,
    created_at: project.createdAt,
    default_branch: project.defaultBranch,
    tag_list: project.settings.topics ?? [],
    topics: project.settings.topics ?? [],
    ssh_url_to_repo: `git@${new URL(context.url).hostname}:${path}.git`,
    http_url_to_repo: `${url}.git`,
    web_url: url,
    readme_url: null,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.lastActivityAt,
    visibility: project.visibility,
    namespace: namespaceView(context, namespace),
  };
}

/** A project with the attributes that members see. */
export async function projectView(
  context: Context,
  project: Project,
  viewer: User | undefined,
): Promise<Record<string, unknown>> {
  const state = context.store.state;
  const level = projectLevel(state, viewer, project);
  const attributes = Object.fromEntries(
    Object.entries(projectAttributes)
      .map(([name, [, value]]) => [name, project.settings[name] ?? value] as const)
      .filter(
        ([name, value]) =>
          value !== undefined && name !== "topics" && name !== "container_expiration_policy_attributes",
      ),
  );
  const switches = Object.fromEntries(
    Object.entries(oldSwitches).map(([name, access]) => [name, attributes[access] !== "disabled"]),
  );
  const path = projectPath(state, project);
  const api = `${context.url}/api/v4/projects/${project.id}`;
  const namespace = namespaceById(state, project.namespaceId);
  const empty = !(await hasRefs(repositoryOf(context, project)));
  return {
    ...simpleProject(context, project),
    default_branch: project.defaultBranch,
    container_registry_image_prefix: `${new URL(context.url).hostname}/${path}`,
    _links: Object.fromEntries([
      ["self", api],
      ...["issues", "merge_requests", "labels", "events", "members"].map((name) => [name, `${api}/${name}`]),
      ["repo_branches", `${api}/repository/branches`],
    ]),
    ...attributes,
    ...switches,
    empty_repo: empty,
    archived: project.archived,
    ...(namespace?.kind === "user" && { owner: basicUser(context, namespace.user) }),
    updated_at: project.updatedAt,
    creator_id: project.creatorId,
    import_type: null,
    import_status: "none",
    import_error: null,
    open_issues_count: 0,
    description_html: "",
    can_create_merge_request_in: level >= accessLevels.developer,
    ci_opt_in_jwt: false,
    repository_storage: "default",
    shared_with_groups: shares(context, project),
    container_expiration_policy: project.settings.container_expiration_policy_attributes ?? null,
    ...(level >= accessLevels.maintainer && {
      runners_token: tokenPrefixes.runners + digest(`runners ${project.id} ${project.createdAt}`).slice(0, 20),
    }),
    marked_for_deletion_at: project.markedForDeletionOn,
    marked_for_deletion_on: project.markedForDeletionOn,
    compliance_frameworks: [],
    permissions: permissions(context, project, viewer),
  };
}

function shares(context: Context, project: Project): Record<string, unknown>[] {
  const { state } = context.store;
  return state.shares
    .filter((share) => share.projectId === project.id)
    .map((share) => {
      const group = state.groups.find((candidate) => candidate.id === share.groupId);
      return {
        group_id: share.groupId,
        group_name: group?.name ?? "",
        group_full_path: group ? groupPath(state, group) : "",
        group_access_level: share.accessLevel,
        expires_at: share.expiresAt,
      };
    });
}

function permissions(context: Context, project: Project, viewer: User | undefined): Record<string, unknown> {
  const mine = projectMembers(context.store.state, project).filter((member) => member.userId === viewer?.id);
  const of = (source: "project" | "group") => {
    const levels = mine.filter((member) => member.source === source).map((member) => member.accessLevel);
    return levels.length > 0 ? { access_level: Math.max(...levels), notification_level: 3 } : null;
  };
  const namespace = namespaceById(context.store.state, project.namespaceId);
  const owner = namespace?.kind === "user" && namespace.user.id === viewer?.id;
  return {
    project_access: owner ? { access_level: accessLevels.owner, notification_level: 3 } : of("project"),
    group_access: of("group"),
  };
}
