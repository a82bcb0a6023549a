/**
 * Variables that this program sets for the pipelines of a repository; pipeline-variables.ts says
 * what is in them.
 */
export const variables = {
  /** Token that writes notes on merge requests. */
  note: "TIMONIER_NOTE_TOKEN",
  /** Certificate authority of GitLab, as a file. */
  ca: "TIMONIER_CA_FILE",
  program: "TIMONIER_PROGRAM",
  programRef: "TIMONIER_PROGRAM_REF",
  image: "TIMONIER_IMAGE",
  role: "TIMONIER_REPOSITORY",
  cluster: "TIMONIER_CLUSTER",
  other: "TIMONIER_OTHER_REPOSITORY",
  otherToken: "TIMONIER_OTHER_TOKEN",
} as const;

/**
 * All of them. GitLab refuses to create a variable that exists, so those of an earlier state are
 * deleted first.
 */
export const variableNames: readonly string[] = Object.values(variables);
