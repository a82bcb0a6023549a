/** Names of what is made in a repository: those of tokens tell which cluster has them. */
export const names = {
  /** Deploy token that a cluster reads with. */
  readToken: (cluster: string, repository: string) => `${cluster}-${repository}`,
  /** Project access token that a cluster pushes image updates with. */
  pushToken: (cluster: string, repository: string) => `${cluster}-${repository}-images`,
  /** Project access token of pipelines. */
  noteToken: (repository: string) => `${repository}-notes`,
  /** Variable of pipelines with that token. */
  noteVariable: "TIMONIER_NOTE_TOKEN",
  /** Variable of pipelines with the authority of GitLab's certificate, as a file. */
  caVariable: "TIMONIER_CA_FILE",
} as const;
