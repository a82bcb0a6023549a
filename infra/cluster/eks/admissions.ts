import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EksClusterConfig } from "./settings.js";

/** What reaches a cluster's API server, and who administers the cluster. */
export interface AdmissionsArgs extends Pick<EksClusterConfig, "adminRoles" | "apiSources"> {
  readonly cluster: aws.eks.Cluster;
  readonly partition: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Roles that have an access entry already: EKS rejects a second one. */
  readonly admitted: readonly string[];
}

/**
 * Security group rules for the API server's port, and access entries for administrators.
 *
 * @returns what has to exist until everything in the cluster is deleted
 * @see https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
 */
export function admissions(name: string, args: AdmissionsArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const { cluster, partition, tags } = args;
  const clusterName = cluster.name;
  const rules = args.apiSources.map((source) => {
    const from = source.startsWith("sg-") ? { referencedSecurityGroupId: source } : { cidrIpv4: source };
    return new aws.vpc.SecurityGroupIngressRule(
      `${name}-api-${source}`,
      {
        securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
        description: `API server of EKS cluster, for ${source}`,
        ...{ ipProtocol: "tcp", fromPort: 443, toPort: 443, tags },
        ...from,
      },
      opts,
    );
  });
  const roles = args.adminRoles.filter((role) => !args.admitted.includes(role));
  const policyArn = `arn:${partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`;
  const administrators = roles.flatMap((principalArn) => {
    // Named by the role and not by its index: inserting another role before it changes nothing.
    const entryName = `${name}-admin-${principalArn.replace(/^arn:[\w-]+:iam::/, "").replaceAll(/[^\w-]+/g, "-")}`;
    const entry = new aws.eks.AccessEntry(entryName, { clusterName, principalArn, tags }, opts);
    const policy = new aws.eks.AccessPolicyAssociation(
      entryName,
      { clusterName, principalArn, policyArn, accessScope: { type: "cluster" } },
      { ...opts, dependsOn: entry },
    );
    return [entry, policy];
  });
  return [...rules, ...administrators];
}
