/** One line of the list that `doctor` shows. */
export interface Finding {
  /** What was looked at: `token`, `namespace team/platform`. */
  readonly subject: string;
  readonly level: "ok" | "warning" | "fatal";
  /** What was found. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** A level in the words of GitLab's pages. */
export function roleName(level: number): string {
  const names = ["no member", "Guest", "Reporter", "Developer", "Maintainer", "Owner", "Administrator"];
  return names[Math.min(6, Math.floor(level / 10))] ?? "no member";
}
