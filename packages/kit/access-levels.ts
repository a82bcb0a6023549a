/**
 * Roles of members, as GitLab numbers them.
 *
 * @see https://docs.gitlab.com/api/access_requests/#valid-access-levels
 */
export const accessLevels = {
  none: 0,
  minimal: 5,
  guest: 10,
  planner: 15,
  reporter: 20,
  securityManager: 25,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;
