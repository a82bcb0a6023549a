import { UserError } from "@timonier/kit/user-error";

/** One line of `timonier doctor`. */
export interface Finding {
  /** What was examined: `token`, `namespace team/platform`. */
  readonly subject: string;
  readonly level: "ok" | "warning" | "fatal";
  /** The result. */
  readonly message: string;
  /** What the user does about it. */
  readonly fix?: string;
}

/** An error for the user as a finding. @throws any other error */
export function findingOf(error: unknown): Finding {
  if (!(error instanceof UserError)) throw error;
  return { subject: error.where, level: "fatal", message: error.what, fix: error.fix };
}

/** @throws UserError the first finding that is fatal */
export function stopAtFatal(findings: readonly Finding[]): void {
  const fatal = findings.find(({ level }) => level === "fatal");
  if (fatal) throw new UserError(fatal.message, fatal.subject, fatal.fix ?? "npx timonier doctor", { code: "TIM-116" });
}
