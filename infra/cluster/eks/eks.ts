import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Cluster, MADE_FOR } from "../cluster.js";
import { kubernetesProvider } from "../provider.js";
import type { EksClusterConfig, ManagedNodes } from "./config.js";
import { eksKubeconfig } from "./kubeconfig.js";
import { Network } from "./network.js";
import { partitionOf, Roles } from "./roles.js";

/** Days that control-plane logs are kept. */
const LOG_DAYS = 90;

/** Days in which a deleted key can be had back. */
const KEY_DAYS = 30;

/**
 * A cluster on EKS, with everything it needs in AWS.
 *
 * Cost of the default, before taxes, in us-east-1, by https://aws.amazon.com/eks/pricing/, /vpc/pricing/, /kms/pricing/ as
 * published: control plane 0.10 USD an hour, NAT gateway 0.045 USD an hour and as much a GB, its public address 0.005 USD an
 * hour, a key 1 USD a month: about 110 USD a month, and the nodes that pods need on top (Auto Mode adds about 12 % to theirs).
 */
export function eksCluster(name: string, config: EksClusterConfig): Cluster {
  const { region, profile } = config;
  const provider = new aws.Provider("aws", { region: region as aws.Region, ...(profile !== undefined && { profile }) });
  const eks = new EksCluster("cluster", name, config, { providers: [provider] });
  const { cluster } = eks;
  const kubeconfig = pulumi
    .all([cluster.name, cluster.endpoint, cluster.certificateAuthority])
    .apply(([clusterName, endpoint, { data }]) =>
      eksKubeconfig({ name: clusterName, endpoint, certificateAuthority: data, region, profile }),
    );
  // A cluster of the same name that is made anew has the same ARN, and another birthday.
  const identity = pulumi.interpolate`${cluster.arn}@${cluster.createdAt}`;
  return {
    kind: "eks",
    name,
    kubeconfig: pulumi.secret(kubeconfig),
    identity,
    provider: kubernetesProvider(pulumi.secret(kubeconfig), identity, { deletedWith: cluster, dependsOn: eks.usable }),
    kubernetesVersion: cluster.version.apply((version) => `v${version}`),
    owned: cluster,
    receiver: undefined,
    mark: { [MADE_FOR]: name },
    theirs: new Set(),
  };
}

/** The cluster, its key, its logs, its nodes, and who may do what in it. */
class EksCluster extends pulumi.ComponentResource {
  readonly cluster: aws.eks.Cluster;
  /** What pods need before they can run. */
  readonly usable: pulumi.Resource[];
  private readonly partition: string;

  constructor(name: string, clusterName: string, config: EksClusterConfig, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:eks:Cluster", name, {}, opts);
    const child = { parent: this };
    const tags = { ...config.tags, "timonier:cluster": clusterName };
    const auto = config.nodes.kind === "auto";
    this.partition = partitionOf(config.region);
    const roles = new Roles(`${name}-roles`, { nodes: config.nodes, partition: this.partition, tags }, child);
    const network =
      config.network.kind === "own" ? new Network(name, { config: config.network, tags }, child) : undefined;
    const subnetIds =
      config.network.kind === "given" ? [...config.network.subnetIds] : (network?.privateSubnetIds ?? []);
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: `Secrets of EKS cluster ${clusterName}`,
        enableKeyRotation: true,
        deletionWindowInDays: KEY_DAYS,
        tags,
      },
      child,
    );
    // Made first: EKS would make one that keeps everything for ever.
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: `/aws/eks/${clusterName}/cluster`, retentionInDays: LOG_DAYS, tags },
      child,
    );
    this.cluster = new aws.eks.Cluster(
      name,
      {
        name: clusterName,
        version: config.kubernetesVersion,
        roleArn: roles.cluster.arn,
        // API: who may do what is said by access entries alone, no ConfigMap in the cluster.
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        bootstrapSelfManagedAddons: false,
        enabledClusterLogTypes: [...config.logTypes],
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
        computeConfig: auto
          ? { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: roles.nodes.arn }
          : { enabled: false },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: auto } },
        storageConfig: { blockStorage: { enabled: auto } },
        upgradePolicy: { supportType: "STANDARD" },
        vpcConfig: {
          subnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: config.publicCidrs.length > 0,
          ...(config.publicCidrs.length > 0 && { publicAccessCidrs: [...config.publicCidrs] }),
        },
        tags,
      },
      { ...child, dependsOn: [logs, ...roles.attachments, ...(network ? [network.routes] : [])] },
    );
    this.usable = config.nodes.kind === "managed" ? this.managedNodes(name, config.nodes, roles, subnetIds, tags) : [];
    for (const [index, principalArn] of config.adminRoles.entries())
      this.administrator(`${name}-admin-${index + 1}`, principalArn, tags);
    this.registerOutputs({});
  }

  private managedNodes(
    name: string,
    { instanceType, count }: ManagedNodes,
    roles: Roles,
    subnetIds: pulumi.Input<string[]>,
    tags: Record<string, string>,
  ): pulumi.Resource[] {
    const clusterName = this.cluster.name;
    const addon = (addonName: string, dependsOn: pulumi.Resource[]) =>
      new aws.eks.Addon(
        `${name}-${addonName}`,
        { clusterName, addonName, resolveConflictsOnCreate: "OVERWRITE", resolveConflictsOnUpdate: "OVERWRITE", tags },
        { parent: this, dependsOn },
      );
    // A node becomes Ready with its network; DNS needs a node.
    const network = ["vpc-cni", "kube-proxy"].map((one) => addon(one, []));
    const nodes = new aws.eks.NodeGroup(
      `${name}-nodes`,
      {
        clusterName,
        nodeRoleArn: roles.nodes.arn,
        subnetIds,
        instanceTypes: [instanceType],
        scalingConfig: { desiredSize: count, minSize: count, maxSize: count + 1 },
        updateConfig: { maxUnavailable: 1 },
        tags,
      },
      { parent: this, dependsOn: [...network, ...roles.attachments] },
    );
    return [nodes, addon("coredns", [nodes])];
  }

  /** @see https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html */
  private administrator(name: string, principalArn: string, tags: Record<string, string>): void {
    const clusterName = this.cluster.name;
    const entry = new aws.eks.AccessEntry(name, { clusterName, principalArn, tags }, { parent: this });
    const policyArn = `arn:${this.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
    const args = { clusterName, principalArn, policyArn, accessScope: { type: "cluster" } };
    new aws.eks.AccessPolicyAssociation(name, args, { parent: this, dependsOn: entry });
  }
}
