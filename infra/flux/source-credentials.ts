import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { refName } from "@timonier/kit/kube-discovery";
import type { Cluster } from "../cluster/cluster.js";
import type { GitCredential } from "../gitlab/repository/repository.js";

/** A credential for Flux, and where it is stored. */
export interface SourceCredentialsArgs {
  /** Name of the Secret, as in the `secretRef` of the GitRepository. */
  readonly secretName: string;
  /** Namespace of the GitRepository that uses it. */
  readonly namespace: string;
  readonly credential: GitCredential;
  /** PEM of the authority that signed GitLab's certificate. @default the system's authorities */
  readonly caBundle: string | undefined;
  readonly cluster: Pick<Cluster, "ownerAnnotations" | "preexisting">;
}

/**
 * The Secret with which source-controller reads one repository.
 *
 * A renewed token is written here before the old one is deleted, so no fetch fails in between.
 *
 * @see https://fluxcd.io/flux/components/source/gitrepositories/#secret-reference
 */
export class SourceCredentials extends pulumi.ComponentResource {
  constructor(name: string, args: SourceCredentialsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:flux:SourceCredentials", name, {}, opts);
    const { secretName, namespace, cluster } = args;
    // A Secret that existed before the stack is overwritten, because Flux must read with the token
    // of this stack.
    const preexisting = cluster.preexisting.has(
      refName({ apiVersion: "v1", kind: "Secret", namespace, name: secretName }),
    );
    const annotations = preexisting ? { "pulumi.com/patchForce": "true" } : cluster.ownerAnnotations;
    new Secret(
      `${name}-secret`,
      {
        metadata: { name: secretName, namespace, ...(Object.keys(annotations).length > 0 && { annotations }) },
        stringData: {
          username: args.credential.username,
          password: pulumi.secret(args.credential.password),
          ...(args.caBundle && { "ca.crt": args.caBundle }),
        },
      },
      { parent: this, retainOnDelete: preexisting },
    );
    this.registerOutputs({});
  }
}
