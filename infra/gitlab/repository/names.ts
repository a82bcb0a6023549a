/** Names of what is made in a repository: those of tokens tell which cluster has them. */
export const names = {
  /** Deploy token that a cluster reads with. */
  readToken: (cluster: string, repository: string) => `${cluster}-${repository}`,
  /** Project access token that a cluster pushes image updates with. */
  pushToken: (cluster: string, repository: string) => `${cluster}-${repository}-images`,
  /** Project access token of pipelines. */
  noteToken: (repository: string) => `${repository}-notes`,
  /** Deploy token that the other repository's pipelines read with. */
  pipelineToken: (repository: string) => `${repository}-pipelines`,
  /** Variable of pipelines with the note token. */
  noteVariable: "TIMONIER_NOTE_TOKEN",
  /** Variable of pipelines with the authority of GitLab's certificate, as a file. */
  caVariable: "TIMONIER_CA_FILE",
  /** Variables of pipelines by what they say; infra/gitlab/repository/pipeline-variables.ts sets them. */
  programVariable: "TIMONIER_PROGRAM",
  programRefVariable: "TIMONIER_PROGRAM_REF",
  imageVariable: "TIMONIER_IMAGE",
  roleVariable: "TIMONIER_REPOSITORY",
  clusterVariable: "TIMONIER_CLUSTER",
  otherVariable: "TIMONIER_OTHER_REPOSITORY",
  otherTokenVariable: "TIMONIER_OTHER_TOKEN",
} as const;

/** Every variable that is set for pipelines: those of a project's earlier life would be in their successors' way. */
export const variableNames: readonly string[] = [
  names.noteVariable,
  names.caVariable,
  names.programVariable,
  names.programRefVariable,
  names.imageVariable,
  names.roleVariable,
  names.clusterVariable,
  names.otherVariable,
  names.otherTokenVariable,
];
