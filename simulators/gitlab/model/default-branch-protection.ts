import { accessLevels } from "./access-level.js";
import { namespaceById } from "./namespaces.js";
import type { State } from "./server-state.js";
import type { Project } from "./types/projects.js";

/** How a default branch is protected when it first appears. */
export interface BranchProtectionDefaults {
  readonly allowed_to_push: readonly { readonly access_level: number }[];
  readonly allowed_to_merge: readonly { readonly access_level: number }[];
  readonly allow_force_push: boolean;
  /** Whether a developer may push the first commit of an empty project. */
  readonly developer_can_initial_push: boolean;
  readonly code_owner_approval_required?: boolean;
}

const { developer, maintainer } = accessLevels;
const protection = (push: number, merge: number, initial = false): BranchProtectionDefaults => ({
  allowed_to_push: [{ access_level: push }],
  allow_force_push: false,
  allowed_to_merge: [{ access_level: merge }],
  developer_can_initial_push: initial,
});

/** The levels of the older attribute, by number; 0 protects nothing. */
const levels: readonly (BranchProtectionDefaults | undefined)[] = [
  undefined,
  protection(developer, developer),
  protection(maintainer, maintainer),
  protection(maintainer, developer),
  protection(maintainer, maintainer, true),
];

/** What new groups have. */
export const fullProtection = protection(maintainer, maintainer);

/** Whether a number is a level of `default_branch_protection`. */
export function isProtectionLevel(level: number): boolean {
  return level in levels;
}

/**
 * The protection that a new default branch of a project gets from its group; undefined for none.
 *
 * @see https://docs.gitlab.com/api/groups/#options-for-default_branch_protection_defaults
 */
export function protectionDefaults(state: State, project: Project): BranchProtectionDefaults | undefined {
  const namespace = namespaceById(state, project.namespaceId);
  const settings = namespace?.kind === "group" ? namespace.group.settings : {};
  const given = settings.default_branch_protection_defaults as Partial<BranchProtectionDefaults> | undefined;
  if (given) return { ...fullProtection, ...given };
  const level = settings.default_branch_protection as number | undefined;
  return level === undefined ? fullProtection : levels[level];
}
