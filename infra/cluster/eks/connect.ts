import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Cluster, MADE_FOR } from "../cluster.js";
import { kubernetesProvider } from "../kubernetes-provider.js";
import { admissions } from "./admissions.js";
import type { EksFacts } from "./facts.js";
import { CLUSTER_TAG, logGroupName } from "./gather.js";
import { versionOf } from "./judge.js";
import { eksKubeconfig } from "./kubeconfig.js";
import { Network } from "./network.js";
import { managedNodes } from "./nodes.js";
import { LOG_DAYS } from "./prepare.js";
import { partitionOf, Roles } from "./roles.js";
import type { EksClusterConfig } from "./settings.js";
import { storageClass } from "./storage.js";

/** Days in which a deleted key can be had back. */
const KEY_DAYS = 30;

/**
 * A cluster on EKS, with everything it needs in AWS. What it costs: docs/clusters.md.
 *
 * @param facts what AWS says before anything is made (infra/cluster/eks/prepare.ts)
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
  // A later cluster of the same name has the same ARN, and was created at another time.
  const identity = pulumi.interpolate`${cluster.arn}@${cluster.createdAt}`;
  const secret = pulumi.secret(kubeconfig);
  const inCluster = kubernetesProvider(secret, identity, { deletedWith: cluster, dependsOn: eks.usable }, false);
  const mark = { [MADE_FOR]: name };
  storageClass("storage", { nodes: config.nodes, tags: eks.tags, mark }, { provider: inCluster, deletedWith: cluster });
  return {
    kind: "eks",
    name,
    kubeconfig: secret,
    identity,
    provider: inCluster,
    kubernetesVersion: cluster.version.apply((version) => `v${version}`),
    owned: cluster,
    receiver: undefined,
    mark,
    theirs: new Set(),
    cloud: { kind: "eks", name, region, ...(profile !== undefined && { profile }) },
  };
}

/** A cluster, and what is known of it. */
interface EksClusterArgs {
  readonly clusterName: string;
  readonly config: EksClusterConfig;
  readonly facts: EksFacts;
}

/** The cluster, its key, its logs, its nodes, and who may do what in it. */
class EksCluster extends pulumi.ComponentResource {
  readonly cluster: aws.eks.Cluster;
  /**
   * What has to be there before anything is made in the cluster, and until everything in it is deleted: nodes, add-ons, and
   * the ways in.
   */
  readonly usable: pulumi.Resource[];
  /** Of everything in AWS. */
  readonly tags: Readonly<Record<string, string>>;

  constructor(name: string, { clusterName, config, facts }: EksClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("timonier:eks:Cluster", name, {}, opts);
    const child = { parent: this };
    const tags = { ...config.tags, [CLUSTER_TAG]: clusterName };
    this.tags = tags;
    const auto = config.nodes.kind === "auto";
    const partition = partitionOf(config.region);
    const roles = new Roles(`${name}-roles`, { nodes: config.nodes, partition, tags }, child);
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
    // Made first: EKS would make one that keeps everything for ever. One that EKS made after a former cluster's end is
    // taken over; the import of what is in the state already does nothing.
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: logGroupName(clusterName), retentionInDays: LOG_DAYS, tags },
      { ...child, ...(facts.logGroup === "claimed" && { import: logGroupName(clusterName) }) },
    );
    this.cluster = new aws.eks.Cluster(
      name,
      {
        name: clusterName,
        version: versionOf(facts, config),
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
      // The whole network: while the cluster is there, so are its ways out, by which its controllers delete what they made.
      { ...child, dependsOn: [logs, ...roles.attachments, ...(network ? [network] : [])] },
    );
    const { cluster } = this;
    this.usable = [
      ...managedNodes(name, { ...config, cluster, roles, subnetIds, tags, instanceType: facts.instanceType }, child),
      ...admissions(name, { ...config, cluster, partition, tags, admitted: facts.admitted }, child),
    ];
    this.registerOutputs({});
  }
}
