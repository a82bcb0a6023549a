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
