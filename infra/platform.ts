import type * as pulumi from "@pulumi/pulumi";
import { prepareCluster } from "./cluster/prepare-cluster.js";
import type { PlatformConfig } from "./config.js";
import { awaitDelivery } from "./delivery/await-delivery.js";
import { planDelivery, readDeliverySources } from "./delivery/plan-delivery.js";
import { Flux } from "./flux/install-flux.js";
import { receivePushes } from "./flux/webhook.js";
import { connectInstance } from "./gitlab/connect-gitlab.js";
import { describeProtection } from "./gitlab/gitlab-instance.js";
import { requireImageTokens } from "./gitlab/image-tokens.js";
import { createRepositories } from "./gitlab/repositories.js";

/** Outputs of a stack. */
export type Outputs = Record<string, pulumi.Input<unknown>>;

/**
 * The program of every stack: a cluster, two repositories in a GitLab, Flux between them, and the
 * wait for the delivery.
 */
export async function createPlatform(config: PlatformConfig): Promise<Outputs> {
  // Examine what exists, and render the manifests. Nothing is created or changed before this has
  // succeeded.
  const connectCluster = await prepareCluster(config);
  const [instance, sources] = await Promise.all([connectInstance(config), readDeliverySources(config)]);
  requireImageTokens(config, instance.features);
  const plan = await planDelivery(config, instance, sources);

  const cluster = await connectCluster(plan.wanted);
  const repositories = await createRepositories(config, { instance, cluster: cluster.name, contents: plan.contents });
  const flux = new Flux("flux", { cluster, repositories, plan, caBundle: instance.caBundle, timeout: config.timeout });
  receivePushes(config, { cluster, repositories, sources: plan.sources, controllers: flux.controllers });
  const delivered = awaitDelivery({
    ...{ cluster, instance, branch: config.branch, timeout: config.timeout },
    imageAutomation: config.imageAutomation,
    repositories: [repositories.setup, repositories.application],
    after: flux.installed,
  });

  return {
    cluster: cluster.name,
    clusterKind: cluster.kind,
    kubernetesVersion: cluster.kubernetesVersion,
    kubeconfig: cluster.kubeconfig,
    gitlab: config.gitlab.kind,
    gitlabStack: config.gitlab.kind === "remote" ? config.gitlab.stack : undefined,
    gitlabUrl: instance.url,
    gitlabCaFile: instance.caFile,
    branch: config.branch,
    environment: config.environment,
    imageAutomation: config.imageAutomation || undefined,
    protection: describeProtection(instance.features),
    setupRepository: repositories.setup.url,
    applicationRepository: repositories.application.url,
    delivered,
  };
}
