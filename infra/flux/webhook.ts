import { createHash } from "node:crypto";
import * as gitlab from "@pulumi/gitlab";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import type { Cluster } from "../cluster/cluster.js";
import type { Repository } from "../gitlab/repository/repository.js";
import { HookToken } from "../resources/hook-token/resource.js";

/** Who is told of what. */
export interface WebhookArgs {
  readonly repository: Repository;
  /** Branch whose pushes count. */
  readonly branch: string;
  readonly cluster: Cluster;
  /** The GitRepository that follows the repository. */
  readonly source: { readonly namespace: string; readonly name: string };
  /** Address at which GitLab reaches the receiver, without a path. */
  readonly receiver: pulumi.Input<string>;
  /** What brings the kind Receiver. */
  readonly controllers: pulumi.Resource;
}

/**
 * A push to the branch is pulled at once: GitLab's webhook and Flux's Receiver, with one secret. Polling stays beside it.
 *
 * @see https://fluxcd.io/flux/components/notification/receivers/#gitlab
 */
export class Webhook extends pulumi.ComponentResource {
  constructor(name: string, args: WebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    const { repository, cluster, source } = args;
    super("timonier:gitlab:Webhook", `${name}-webhook`, {}, { ...opts, providers: [cluster.provider] });
    const inCluster: pulumi.CustomResourceOptions = {
      parent: this,
      dependsOn: args.controllers,
      ...(cluster.owned && { deletedWith: cluster.owned }),
    };
    const mark = Object.keys(cluster.mark).length > 0 ? { annotations: cluster.mark } : {};
    const metadata = { name: `gitlab-${name}`, namespace: fluxSystem, ...mark };
    const token = new HookToken(`${name}-hook-token`, { parent: this });
    const secret = new Secret(
      `${name}-hook-secret`,
      { metadata, stringData: { token: pulumi.secret(token.value) } },
      inCluster,
    );
    const receiver = new CustomResource(
      `${name}-receiver`,
      {
        apiVersion: "notification.toolkit.fluxcd.io/v1",
        kind: "Receiver",
        metadata,
        spec: {
          type: "gitlab",
          events: ["Push Hook"],
          secretRef: { name: metadata.name },
          resources: [{ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", ...source }],
        },
      },
      { ...inCluster, dependsOn: [args.controllers, secret] },
    );
    new gitlab.ProjectHook(
      `${name}-hook`,
      {
        project: repository.projectId,
        url: pulumi.secret(
          pulumi
            .all([args.receiver, token.value])
            .apply(([address, value]) => address + receiverPath(value, metadata.name, metadata.namespace)),
        ),
        token: pulumi.secret(token.value),
        pushEvents: true,
        pushEventsBranchFilter: args.branch,
        enableSslVerification: true,
      },
      { ...repository.child, parent: this, dependsOn: receiver },
    );
    this.registerOutputs({});
  }
}

/**
 * Path that notification-controller serves for a Receiver.
 *
 * @see https://fluxcd.io/flux/components/notification/receivers/#webhook-path
 */
export function receiverPath(token: string, name: string, namespace: string): string {
  return `/hook/${createHash("sha256").update(`${token}${name}${namespace}`).digest("hex")}`;
}
