import type { Context } from "../http/server-context.js";
import { groupAttributes } from "../model/group-attributes.js";
import { groupName, groupPath } from "../model/namespaces.js";
import type { Group } from "../model/types/projects.js";

const defaults = Object.fromEntries(Object.entries(groupAttributes).map(([name, [, value]]) => [name, value]));

/** A group. */
export function groupView(context: Context, group: Group): Record<string, unknown> {
  const { state } = context.store;
  const path = groupPath(state, group);
  return {
    id: group.id,
    web_url: `${context.url}/groups/${path}`,
    name: group.name,
    path: group.path,
    visibility: group.visibility,
    emails_disabled: false,
    avatar_url: null,
    full_name: groupName(state, group),
    full_path: path,
    created_at: group.createdAt,
    parent_id: group.parentId,
    ...defaults,
    ...group.settings,
    marked_for_deletion_on: group.markedForDeletionOn,
    shared_with_groups: [],
    ldap_cn: null,
    ldap_access: null,
    file_template_project_id: null,
  };
}
