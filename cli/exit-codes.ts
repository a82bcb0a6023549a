/** Exit codes of the commands; documented in docs/cli.md. */
export const exitCodes = {
  done: 0,
  /** The command found a problem, or an update failed. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** An error that the user can fix; the message says what, where and how. */
  fixable: 3,
  /** A bug in timonier. */
  bug: 70,
} as const;

/** Commands whose exit code 2 is a verdict, which a pipeline may allow. Their errors have exit code 1. */
const withVerdict: ReadonlySet<string | undefined> = new Set(["rehearse", "gate", "promote", "rollback"]);

/** Exit code of a command that failed. */
export function exitCodeOf(command: string | undefined, failure: "usage" | "fixable"): number {
  return withVerdict.has(command) ? 1 : exitCodes[failure];
}
