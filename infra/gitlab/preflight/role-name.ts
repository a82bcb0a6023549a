/** Name of an access level, as GitLab's pages show it. */
export function roleName(level: number): string {
  const names = ["no member", "Guest", "Reporter", "Developer", "Maintainer", "Owner", "Administrator"];
  return names[Math.min(6, Math.floor(level / 10))] ?? "no member";
}
