/**
 * Roles, as GitLab numbers them.
 *
 * @see https://docs.gitlab.com/api/access_requests/#valid-access-levels
 */
export const accessLevels = {
  none: 0,
  minimal: 5,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;

/** Roles that a member can have. */
export const memberLevels: readonly number[] = [5, 10, 15, 20, 30, 40, 50];

/** What a protected branch may name: nobody, developers, maintainers, administrators. */
export const protectionLevels: readonly number[] = [0, 30, 40, 60];

const descriptions: Readonly<Record<number, string>> = {
  0: "No one",
  30: "Developers + Maintainers",
  40: "Maintainers",
  60: "Instance admins",
};

/** How GitLab words a protected branch's access level. */
export function describeProtectionLevel(level: number): string {
  return descriptions[level] ?? `Access level ${level}`;
}
