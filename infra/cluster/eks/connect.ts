import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Cluster, OWNER_ANNOTATION } from "../cluster.js";
import { ownedCluster } from "../owned-cluster.js";
import { taggedNodes } from "./auto-nodes.js";
import { EksCluster } from "./eks-cluster.js";
import { eksKubeconfig } from "./eks-kubeconfig.js";
import type { EksFacts } from "./facts.js";
import type { EksClusterConfig } from "./settings.js";
import { storageClass } from "./storage.js";

/**
 * A cluster on EKS, with everything it needs in AWS. What it costs: docs/clusters.md.
 *
 * @param facts what AWS says before anything is created (infra/cluster/eks/prepare.ts)
 */
export function eksCluster(name: string, config: EksClusterConfig, facts: EksFacts): Cluster {
  const { region, profile } = config;
  const provider = new aws.Provider("aws", { region: region as aws.Region, ...(profile !== undefined && { profile }) });
  const eks = new EksCluster("cluster", { clusterName: name, config, facts }, { providers: [provider] });
  const { cluster } = eks;
  const kubeconfig = pulumi
    .all([cluster.name, cluster.endpoint, cluster.certificateAuthority])
    .apply(([clusterName, endpoint, { data }]) =>
      eksKubeconfig({ name: clusterName, endpoint, certificateAuthority: data, region, profile }),
    );
  const ownerAnnotations = { [OWNER_ANNOTATION]: name };
  const owned = ownedCluster({
    kind: "eks",
    name,
    resource: cluster,
    kubeconfig,
    // A later cluster of the same name has the same ARN, and was created at another time.
    identity: pulumi.interpolate`${cluster.arn}@${cluster.createdAt}`,
    kubernetesVersion: cluster.version.apply((version) => `v${version}`),
    usable: eks.usable,
    // Expired credentials must not make a refresh forget every object in the cluster.
    deleteUnreachable: false,
    ownerAnnotations,
    cloud: { kind: "eks", name, region, ...(profile !== undefined && { profile }) },
  });
  const inCluster = { provider: owned.provider, deletedWith: cluster };
  storageClass("storage", { nodes: config.nodes, tags: eks.tags, ownerAnnotations }, inCluster);
  if (config.nodes.kind === "auto") {
    const securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    taggedNodes("nodes", { ...eks.nodes, tags: eks.tags, securityGroupId, ownerAnnotations }, inCluster);
  }
  return owned;
}
