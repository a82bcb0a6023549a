import { UserError } from "@timonier/kit/user-error";

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

/** A check that failed with an error for the user. @throws any other error as it is */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof UserError)) throw error;
  return { subject: error.where, level: "fatal", message: error.what, fix: error.fix };
}

/** @throws UserError the first finding that is fatal */
export function stopAtFatal(findings: readonly Finding[]): void {
  const fatal = findings.find(({ level }) => level === "fatal");
  if (fatal) throw new UserError(fatal.message, fatal.subject, fatal.fix ?? "npx timonier doctor");
}
