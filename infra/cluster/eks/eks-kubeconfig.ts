import { LOGIN_COMMAND } from "./login-command.js";

/** How a cluster is reached. */
export interface EksAccess {
  readonly name: string;
  readonly endpoint: string;
  /** PEM in base64, as EKS gives it. */
  readonly certificateAuthority: string;
  readonly region: string;
  /** undefined: the environment's. */
  readonly profile: string | undefined;
}

/**
 * A kubeconfig without a credential: each use runs timonier's login command, which returns a token that is valid for
 * fifteen minutes. The AWS CLI is not needed.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
 */
export function eksKubeconfig({ name, endpoint, certificateAuthority, region, profile }: EksAccess): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1beta1",
    command: LOGIN_COMMAND,
    args: ["--cluster", name, "--region", region, ...(profile === undefined ? [] : ["--profile", profile])],
    interactiveMode: "Never",
    installHint: 'The command is in the PATH that timonier sets: eval "$(npx timonier env -s STACK)"',
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
