/** What a command's exit code says; documented in docs/cli.md. */
export const exitCodes = {
  done: 0,
  /** The answer is no: not all is well, an update failed. */
  no: 1,
  /** The command line was not understood. */
  usage: 2,
  /** Something has to be mended first; the message says what, where and how. */
  mend: 3,
  /** A fault of timonier's own. */
  bug: 70,
} as const;

/** Commands whose 2 is an answer, which pipelines may allow: whatever keeps them from one ends with 1. */
const answering: ReadonlySet<string | undefined> = new Set(["rehearse", "gate"]);

/** What a command ends with when it could not do its work. */
export function exitCodeOf(command: string | undefined, failure: "usage" | "mend"): number {
  return answering.has(command) ? 1 : exitCodes[failure];
}
