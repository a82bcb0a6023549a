import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EksClusterConfig } from "./settings.js";

/** Who and what gets to a cluster's API server. */
export interface AdmissionsArgs extends Pick<EksClusterConfig, "adminRoles" | "apiSources"> {
  readonly cluster: aws.eks.Cluster;
  readonly partition: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Roles that may enter already: EKS refuses a second entry. */
  readonly admitted: readonly string[];
}

/**
 * Rules for the API server's port inside of the network, and entries for administrators.
 *
 * @returns what has to stay until everything in the cluster is deleted
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
    // By the role and not by its place in the list: another role before it changes nothing.
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
