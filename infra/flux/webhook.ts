import { createHash } from "node:crypto";
import * as gitlab from "@pulumi/gitlab";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import type { Cluster } from "../cluster/cluster.js";
import type { PlatformConfig } from "../config.js";
import type { DeliveryPlan } from "../delivery/plan-delivery.js";
import type { Repositories } from "../gitlab/repositories.js";
import type { Repository } from "../gitlab/repository/repository.js";
import { HookToken } from "../resources/hook-token/resource.js";
import { receiverManifest } from "./receiver-manifest.js";

/** Both repositories, and the cluster that is told of pushes to them. */
export interface ReceivePushesArgs {
  readonly cluster: Cluster;
  readonly repositories: Repositories;
  /** The GitRepositories that follow the repositories. */
  readonly sources: DeliveryPlan["sources"];
  /** Brings the kind Receiver. */
  readonly controllers: pulumi.Resource;
}

/**
 * Creates a webhook for each repository, where GitLab reaches the cluster. Elsewhere Flux polls at
 * its intervals.
 */
export function receivePushes(
  { webhookUrl, gitlab, branch }: Pick<PlatformConfig, "webhookUrl" | "gitlab" | "branch">,
  { repositories, sources, cluster, controllers }: ReceivePushesArgs,
): void {
  // A GitLab on this machine reaches an embedded cluster.
  const onThisMachine = gitlab.kind === "embedded" || gitlab.stack !== undefined;
  const receiver = webhookUrl ?? (onThisMachine ? cluster.receiver : undefined);
  if (receiver === undefined) return;
  const common = { branch, cluster, receiver, controllers };
  new Webhook("setup", { ...common, repository: repositories.setup, source: sources.setup });
  new Webhook("application", { ...common, repository: repositories.application, source: sources.application });
}

/** One webhook, and what it triggers. */
export interface WebhookArgs {
  readonly repository: Repository;
  /** Branch whose pushes count. */
  readonly branch: string;
  readonly cluster: Cluster;
  /** The GitRepository that follows the repository. */
  readonly source: { readonly namespace: string; readonly name: string };
  /** URL at which GitLab reaches the receiver, without a path. */
  readonly receiver: pulumi.Input<string>;
  /** Brings the kind Receiver. */
  readonly controllers: pulumi.Resource;
}

/**
 * Makes Flux fetch a push to the branch at once: a webhook in GitLab and a Receiver in the cluster,
 * with one secret. Flux polls as well, so a lost call only costs time.
 *
 * @see https://fluxcd.io/flux/components/notification/receivers/#gitlab
 */
export class Webhook extends pulumi.ComponentResource {
  constructor(name: string, args: WebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    const { repository, cluster, source, controllers } = args;
    super("timonier:gitlab:Webhook", `${name}-webhook`, {}, { ...opts, providers: [cluster.provider] });
    const inCluster = { parent: this, ...(cluster.owned && { deletedWith: cluster.owned }) };
    const annotations = Object.keys(cluster.ownerAnnotations).length > 0 ? cluster.ownerAnnotations : undefined;
    const manifest = receiverManifest(`gitlab-${name}`, source, annotations);
    const { metadata } = manifest;

    const token = new HookToken(`${name}-hook-token`, { parent: this });
    const secret = new Secret(
      `${name}-hook-secret`,
      { metadata, stringData: { token: pulumi.secret(token.value) } },
      { ...inCluster, dependsOn: controllers },
    );
    const dependsOn = [controllers, secret];
    const receiver = new CustomResource(`${name}-receiver`, manifest, { ...inCluster, dependsOn });
    const url = pulumi
      .all([args.receiver, token.value])
      .apply(([address, value]) => address + receiverPath(value, metadata.name, fluxSystem));
    new gitlab.ProjectHook(
      `${name}-hook`,
      {
        project: repository.projectId,
        url: pulumi.secret(url),
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
