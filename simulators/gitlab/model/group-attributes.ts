import { fullProtection } from "./default-branch-protection.js";
import type { Kind } from "./params.js";

/**
 * Attributes of a group, with what they may be and what new groups have.
 *
 * @see https://docs.gitlab.com/api/groups/#update-group-attributes
 */
export const groupAttributes = {
  description: ["string", ""],
  default_branch: ["string", null],
  default_branch_protection: ["integer", 2],
  default_branch_protection_defaults: [
    {
      needs: {},
      may: {
        allowed_to_push: { each: { needs: { access_level: "integer" }, may: {} } },
        allowed_to_merge: { each: { needs: { access_level: "integer" }, may: {} } },
        allow_force_push: "boolean",
        developer_can_initial_push: "boolean",
        code_owner_approval_required: "boolean",
      },
    },
    fullProtection,
  ],
  project_creation_level: [["noone", "owner", "maintainer", "developer", "administrator"], "developer"],
  subgroup_creation_level: [["owner", "maintainer"], "maintainer"],
  request_access_enabled: ["boolean", true],
  lfs_enabled: ["boolean", true],
  auto_devops_enabled: ["boolean", null],
  emails_enabled: ["boolean", true],
  mentions_disabled: ["boolean", null],
  share_with_group_lock: ["boolean", false],
  require_two_factor_authentication: ["boolean", false],
  two_factor_grace_period: ["integer", 48],
  membership_lock: ["boolean", false],
  prevent_forking_outside_group: ["boolean", null],
  shared_runners_setting: [
    ["enabled", "disabled_and_overridable", "disabled_with_override", "disabled_and_unoverridable"],
    "enabled",
  ],
  wiki_access_level: [["disabled", "private", "enabled"], "enabled"],
} as const satisfies Readonly<Record<string, readonly [Kind, unknown]>>;

/** Parameters for the attributes. */
export const groupParams = Object.fromEntries(
  Object.entries(groupAttributes).map(([name, [kind]]) => [name, kind]),
) as { readonly [K in keyof typeof groupAttributes]: (typeof groupAttributes)[K][0] };
