/** Where a cluster is. */
export interface EksAccess {
  readonly name: string;
  readonly endpoint: string;
  /** PEM in base64, as EKS gives it. */
  readonly certificateAuthority: string;
  readonly region: string;
  /** undefined: whatever the environment says. */
  readonly profile: string | undefined;
}

/**
 * A kubeconfig that holds no credential: each use asks the AWS CLI for a token of fifteen minutes.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
 */
export function eksKubeconfig({ name, endpoint, certificateAuthority, region, profile }: EksAccess): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: "aws",
    args: ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"],
    interactiveMode: "Never",
    ...(profile !== undefined && { env: [{ name: "AWS_PROFILE", value: profile }] }),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
    users: [{ name, user: { exec } }],
  });
}
