import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { admissions } from "./admissions.js";
import type { EksFacts } from "./facts.js";
import { CLUSTER_TAG, logGroupName } from "./gather.js";
import { versionOf } from "./judge.js";
import { Network } from "./network.js";
import { managedNodes } from "./nodes.js";
import { LOG_DAYS } from "./prepare.js";
import { partitionOf, Roles } from "./roles.js";
import type { EksClusterConfig } from "./settings.js";

/** Days in which a deleted key can be restored. */
const KEY_DAYS = 30;

/** Which cluster is created. */
export interface EksClusterArgs {
  readonly clusterName: string;
  readonly config: EksClusterConfig;
  readonly facts: EksFacts;
}

/** Tags of every resource in AWS. */
type Tags = Readonly<Record<string, string>>;

/** The cluster, its key, its logs, its nodes, and who may do what in it. */
export class EksCluster extends pulumi.ComponentResource {
  readonly cluster: aws.eks.Cluster;
  /**
   * What has to exist before anything is created in the cluster, and until everything in it is
   * deleted: nodes, add-ons, and the access to the API server.
   */
  readonly usable: pulumi.Resource[];
  /** Tags of everything in AWS. */
  readonly tags: Tags;
  /** Name of the nodes' role, and the subnets that they are in. */
  readonly nodes: { readonly role: pulumi.Output<string>; readonly subnetIds: pulumi.Input<string[]> };

  constructor(name: string, args: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:eks:Cluster", name, {}, opts);
    const { clusterName, config, facts } = args;
    const child = { parent: this };
    const tags = { ...config.tags, [CLUSTER_TAG]: clusterName };
    const partition = partitionOf(config.region);
    const roles = new Roles(`${name}-roles`, { nodes: config.nodes, partition, tags }, child);
    const { network, subnetIds } = networkOf(name, config.network, tags, child);
    const key = secretsKey(name, clusterName, tags, child);
    const logs = logGroup(name, args, tags, child);
    const cluster = new aws.eks.Cluster(
      name,
      {
        ...clusterArgs(args, roles),
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
        tags,
        vpcConfig: { ...endpointOf(config), subnetIds },
      },
      // The whole network: its ways out have to exist until the cluster's controllers have deleted what they created.
      { ...child, dependsOn: [logs, ...roles.attachments, ...(network ? [network] : [])] },
    );
    this.cluster = cluster;
    this.tags = tags;
    this.nodes = { role: roles.nodes.name, subnetIds };
    this.usable = [
      ...managedNodes(name, { ...config, cluster, roles, subnetIds, tags, instanceType: facts.instanceType }, child),
      ...admissions(name, { ...config, cluster, partition, tags, admitted: facts.admitted }, child),
    ];
    this.registerOutputs({});
  }
}

function networkOf(
  name: string,
  config: EksClusterConfig["network"],
  tags: Tags,
  opts: pulumi.ComponentResourceOptions,
) {
  if (config.kind === "given") return { network: undefined, subnetIds: [...config.subnetIds] };
  const network = new Network(name, { config, tags }, opts);
  return { network, subnetIds: network.privateSubnetIds };
}

/** Key that encrypts the cluster's Secrets. */
function secretsKey(name: string, clusterName: string, tags: Tags, opts: pulumi.CustomResourceOptions): aws.kms.Key {
  return new aws.kms.Key(
    `${name}-key`,
    {
      description: `Secrets of EKS cluster ${clusterName}`,
      enableKeyRotation: true,
      deletionWindowInDays: KEY_DAYS,
      tags,
    },
    opts,
  );
}

/**
 * Created before the cluster: EKS would create one that keeps logs for ever. A log group that EKS
 * created after the end of an earlier cluster is imported; importing what the state has already
 * does nothing.
 */
function logGroup(
  name: string,
  { clusterName, facts }: EksClusterArgs,
  tags: Tags,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    { name: logGroupName(clusterName), retentionInDays: LOG_DAYS, tags },
    { ...opts, ...(facts.logGroup === "claimed" && { import: logGroupName(clusterName) }) },
  );
}

function clusterArgs({ clusterName, config, facts }: EksClusterArgs, roles: Roles) {
  const auto = config.nodes.kind === "auto";
  return {
    name: clusterName,
    version: versionOf(facts, config),
    roleArn: roles.cluster.arn,
    // API: access entries alone say who may do what, without a ConfigMap in the cluster.
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
    bootstrapSelfManagedAddons: false,
    enabledClusterLogTypes: [...config.logTypes],
    computeConfig: auto
      ? { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: roles.nodes.arn }
      : { enabled: false },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: auto } },
    storageConfig: { blockStorage: { enabled: auto } },
    upgradePolicy: { supportType: "STANDARD" },
  };
}

function endpointOf({ publicCidrs }: EksClusterConfig) {
  return {
    endpointPrivateAccess: true,
    endpointPublicAccess: publicCidrs.length > 0,
    ...(publicCidrs.length > 0 && { publicAccessCidrs: [...publicCidrs] }),
  };
}
