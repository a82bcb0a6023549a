import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EksClusterConfig } from "./settings.js";

/**
 * AWS's managed policies of each role, by the kind of nodes.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html
 */
const POLICIES = {
  cluster: {
    auto: [
      "AmazonEKSClusterPolicy",
      "AmazonEKSComputePolicy",
      "AmazonEKSBlockStoragePolicy",
      "AmazonEKSLoadBalancingPolicy",
      "AmazonEKSNetworkingPolicy",
    ],
    managed: ["AmazonEKSClusterPolicy"],
  },
  nodes: {
    auto: ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"],
    managed: ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"],
  },
  volumes: { auto: [], managed: ["service-role/AmazonEBSCSIDriverPolicy"] },
} as const;

/** Roles of the cluster, its nodes and its volumes. */
export class Roles extends pulumi.ComponentResource {
  readonly cluster: aws.iam.Role;
  readonly nodes: aws.iam.Role;
  /** Creates volumes. @default Auto Mode uses the cluster's role */
  readonly volumes: aws.iam.Role | undefined;
  /** What has to exist before the cluster, and until it is deleted. */
  readonly attachments: readonly pulumi.Resource[];

  constructor(
    name: string,
    { nodes: { kind }, tags, partition }: Pick<EksClusterConfig, "nodes" | "tags"> & { readonly partition: string },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("timonier:eks:Roles", name, {}, opts);
    const child = { parent: this };
    const attachments: pulumi.Resource[] = [];
    const role = (part: keyof typeof POLICIES, service: string, actions: readonly string[]) => {
      const made = new aws.iam.Role(`${name}-${part}`, { assumeRolePolicy: trust(service, actions), tags }, child);
      for (const policy of POLICIES[part][kind]) {
        const args = { role: made.name, policyArn: `arn:${partition}:iam::aws:policy/${policy}` };
        const attachment = `${name}-${part}-${policy.replace(/^.*\//, "")}`;
        attachments.push(new aws.iam.RolePolicyAttachment(attachment, args, child));
      }
      return made;
    };
    // Auto Mode sets session tags on what it starts.
    this.cluster = role(
      "cluster",
      "eks.amazonaws.com",
      kind === "auto" ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"],
    );
    this.nodes = role("nodes", "ec2.amazonaws.com", ["sts:AssumeRole"]);
    this.volumes =
      kind === "managed" ? role("volumes", "pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]) : undefined;
    if (kind === "auto") {
      const args = { role: this.cluster.name, policy: autoModeTagging(partition) };
      attachments.push(new aws.iam.RolePolicy(`${name}-cluster-volume-tags`, args, child));
    }
    this.attachments = attachments;
    this.registerOutputs({});
  }
}

function trust(service: string, actions: readonly string[]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: actions }],
  });
}

/**
 * AWS's managed policies for Auto Mode reject nodes, network interfaces and volumes with
 * user-defined tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html#tag-prop
 */
function autoModeTagging(partition: string): string {
  const requested = (tag: string) => `aws:RequestTag/eks:${tag}`;
  const ofCluster = { [requested("eks-cluster-name")]: "${aws:PrincipalTag/eks:eks-cluster-name}" };
  const anyOf = (...tags: string[]) => Object.fromEntries(tags.map((tag) => [requested(tag), "*"]));
  const allow = (Action: readonly string[], Resource: string | readonly string[], StringLike?: object) => ({
    ...{ Effect: "Allow", Action, Resource },
    Condition: { StringEquals: ofCluster, ...(StringLike && { StringLike }) },
  });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow(
        ["ec2:CreateVolume", "ec2:CreateSnapshot"],
        ["volume", "snapshot"].map((kind) => `arn:${partition}:ec2:*:*:${kind}/*`),
      ),
      allow(
        ["ec2:CreateFleet", "ec2:RunInstances", "ec2:CreateLaunchTemplate"],
        "*",
        anyOf("kubernetes-node-class-name", "kubernetes-node-pool-name"),
      ),
      allow(["ec2:CreateNetworkInterface"], "*", anyOf("kubernetes-cni-node-name")),
    ],
  });
}

/**
 * The partition of a region: the first part of every ARN.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
