import { z } from "zod";
import { listOf, mapOf, oneOf, type Values, wholeNumber } from "../../setting-fields.js";

/**
 * Control-plane logs that CloudWatch can receive.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

const cidr = String.raw`(\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])`;

/** Settings of an EKS cluster. */
export const eksSettings = z.object({
  eksVersion: z
    .string()
    .regex(/^1\.\d{2}$/, "a minor version such as 1.35")
    .default("1.35")
    .describe(
      "Kubernetes version of the cluster, its managed nodes and its add-ons. A newer version that AWS upgraded to stays.",
    ),
  eksNodes: oneOf("auto", "managed")
    .default("auto")
    .describe(
      "auto (EKS Auto Mode: AWS starts the nodes that pods need) or managed (a node group of eksNodeCount nodes).",
    ),
  eksInstanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "an instance type such as m7i.large")
    .default("m7i.large")
    .describe("Instance type of managed nodes."),
  eksNodeCount: wholeNumber(1, 100).default(2).describe("Number of managed nodes."),
  eksVpcCidr: z
    .string()
    .regex(/^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/, "a private /16 such as 10.0.0.0/16")
    .default("10.0.0.0/16")
    .describe("CIDR block of the VPC that is created for the cluster, a private /16."),
  eksSubnetIds: listOf(/^subnet-[0-9a-f]+$/, "a list of subnets such as subnet-0123456789abcdef0")
    // EKS requires two zones; one subnet is never sufficient, whatever the kind of cluster.
    .refine(({ length }) => length !== 1, { error: "subnets in two zones at least, or none for a VPC of its own" })
    .default([])
    .describe("List of preexisting subnets, in two zones at least. Empty: a VPC is created."),
  eksPublicCidrs: listOf(new RegExp(`^${cidr}$`), "a list of CIDR blocks such as 203.0.113.0/24, without 0.0.0.0/0")
    .default([])
    .describe(
      "List of CIDR blocks that are allowed to reach the API server from the internet; 0.0.0.0/0 is not accepted. With a created VPC the first `up` needs one, because it cannot run inside that VPC.",
    ),
  eksApiSources: listOf(
    new RegExp(`^(${cidr}|sg-[0-9a-f]+)$`),
    "a list of CIDR blocks and security groups such as 10.8.0.0/16 and sg-0a1b2c",
  )
    .default([])
    .describe(
      "List of CIDR blocks and security groups that are allowed to reach the API server inside the network: where `up` runs with eksSubnetIds, or a peered network.",
    ),
  eksAdminRoles: listOf(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, "a list of role ARNs")
    .default([])
    .describe("List of ARNs of roles that administer the cluster, besides the identity that creates it."),
  eksLogTypes: listOf(new RegExp(`^(${logTypes.join("|")})$`), `a list of ${logTypes.join(", ")}`)
    .default(["api", "audit", "authenticator"])
    .describe(`List of control-plane logs that CloudWatch receives: ${logTypes.join(", ")}.`),
  eksTags: mapOf("a map such as team: platform").default({}).describe("Map of tags for every resource in AWS."),
});

/** What the program reads from them. @param provider settings of Pulumi's provider for AWS */
export function eksConfig(
  values: Values<typeof eksSettings>,
  provider: { readonly region: string; readonly profile: string | undefined },
) {
  const { eksSubnetIds: subnetIds } = values;
  return {
    /** Setting aws:region. */
    region: provider.region,
    /** Setting aws:profile. @default the environment's */
    profile: provider.profile,
    /** `1.35`. AWS raises it by itself at the end of standard support; infra/cluster/eks/judge.ts accepts that. */
    kubernetesVersion: values.eksVersion,
    /**
     * `own`: a VPC that the stack creates, a /16 that is cut into one public and one private /20
     * for each zone. `given`: preexisting subnets.
     */
    network:
      subnetIds.length > 0 ? { kind: "given" as const, subnetIds } : { kind: "own" as const, cidr: values.eksVpcCidr },
    /** `auto`: AWS chooses, starts, updates and ends nodes. `managed`: a node group of a fixed size. */
    nodes:
      values.eksNodes === "auto"
        ? { kind: "auto" as const }
        : { kind: "managed" as const, instanceType: values.eksInstanceType, count: values.eksNodeCount },
    /** Roles that administer the cluster, besides the identity that runs the program. */
    adminRoles: values.eksAdminRoles as readonly string[],
    /** CIDR blocks that reach the public endpoint. Empty: the endpoint is private. */
    publicCidrs: values.eksPublicCidrs as readonly string[],
    /** CIDR blocks and security groups that reach the API server inside the network. */
    apiSources: values.eksApiSources as readonly string[],
    /** Control-plane logs that CloudWatch receives. */
    logTypes: values.eksLogTypes as readonly string[],
    tags: values.eksTags as Readonly<Record<string, string>>,
  };
}

/** An EKS cluster as the settings describe it. */
export type EksClusterConfig = Readonly<ReturnType<typeof eksConfig>>;

/** A VPC that the stack creates. */
export type OwnNetwork = Extract<EksClusterConfig["network"], { readonly kind: "own" }>;
