import { accessLevels } from "@timonier/kit/access-levels";

export { accessLevels };

/** Roles that a member can have. */
export const memberLevels: readonly number[] = [
  accessLevels.minimal,
  accessLevels.guest,
  accessLevels.planner,
  accessLevels.reporter,
  accessLevels.developer,
  accessLevels.maintainer,
  accessLevels.owner,
];

/** What a protected branch may name: no one, developers, maintainers, administrators. */
export const protectionLevels: readonly number[] = [
  accessLevels.none,
  accessLevels.developer,
  accessLevels.maintainer,
  accessLevels.admin,
];

const descriptions: Readonly<Record<number, string>> = {
  [accessLevels.none]: "No one",
  [accessLevels.developer]: "Developers + Maintainers",
  [accessLevels.maintainer]: "Maintainers",
  [accessLevels.admin]: "Instance admins",
};

/** How GitLab words a protected branch's access level. */
export function describeProtectionLevel(level: number): string {
  return descriptions[level] ?? `Access level ${level}`;
}
