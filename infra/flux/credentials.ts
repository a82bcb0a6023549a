import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import type { GitCredential } from "../gitlab/repository.js";

/** What Flux needs to read one repository. */
export interface SourceCredentialsArgs {
  /** Name of the Secret: what a GitRepository's `secretRef` says. */
  readonly secretName: string;
  /** Namespace of the GitRepository that uses it. */
  readonly namespace: string;
  readonly credential: GitCredential;
  /** PEM of the authority that signed GitLab's certificate. undefined: the system's own. */
  readonly caBundle: string | undefined;
}

/**
 * The Secret with which source-controller reads one repository.
 *
 * It follows its token: a new token makes a new value here before the old token is deleted, so that no fetch fails in
 * between.
 *
 * @see https://fluxcd.io/flux/components/source/gitrepositories/#secret-reference
 */
export class SourceCredentials extends pulumi.ComponentResource {
  constructor(name: string, args: SourceCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:flux:SourceCredentials", name, {}, opts);
    new Secret(
      `${name}-secret`,
      {
        metadata: { name: args.secretName, namespace: args.namespace },
        stringData: {
          username: args.credential.username,
          password: pulumi.secret(args.credential.password),
          ...(args.caBundle && { "ca.crt": args.caBundle }),
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
