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
      const args = { role: this.cluster.name, policy: volumeTagging(partition) };
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
 * AWS's managed policies for Auto Mode reject volumes with user-defined tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-cluster-iam-role.html#tag-prop
 */
function volumeTagging(partition: string): string {
  const cluster = "eks:eks-cluster-name";
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["ec2:CreateVolume", "ec2:CreateSnapshot"],
        Resource: ["volume", "snapshot"].map((kind) => `arn:${partition}:ec2:*:*:${kind}/*`),
        Condition: { StringEquals: { [`aws:RequestTag/${cluster}`]: `\${aws:PrincipalTag/${cluster}}` } },
      },
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
