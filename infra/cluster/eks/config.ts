import { UserError } from "../../../core/user-error.js";

/** Settings of an EKS cluster, checked. */
export interface EksClusterConfig {
  /** Setting aws:region. */
  readonly region: string;
  /** `1.36`. AWS raises it by itself at the end of its standard support; infra/cluster/eks/judge.ts accepts that. */
  readonly kubernetesVersion: string;
  readonly network: OwnNetwork | GivenNetwork;
  readonly nodes: AutoNodes | ManagedNodes;
  /** Roles whose holders administer the cluster, besides whoever runs the program. */
  readonly adminRoles: readonly string[];
  /** CIDR blocks that reach the public endpoint. Empty: there is none, only the VPC's own. */
  readonly publicCidrs: readonly string[];
  /** CIDR blocks and security groups that reach the API server inside of the network. */
  readonly apiSources: readonly string[];
  /** Control-plane logs that CloudWatch gets. */
  readonly logTypes: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Setting aws:profile. undefined: whatever the environment says. */
  readonly profile: string | undefined;
}

/** A VPC that the stack makes. */
export interface OwnNetwork {
  readonly kind: "own";
  /** A /16, cut into one public and one private /20 for each zone. */
  readonly cidr: string;
}

/** Subnets that are there. */
export interface GivenNetwork {
  readonly kind: "given";
  readonly subnetIds: readonly string[];
}

/** AWS chooses, starts, updates and ends nodes. @see https://docs.aws.amazon.com/eks/latest/userguide/automode.html */
export interface AutoNodes {
  readonly kind: "auto";
}

/** A node group of a fixed size. */
export interface ManagedNodes {
  readonly kind: "managed";
  readonly instanceType: string;
  readonly count: number;
}

/** What CloudWatch can get of a control plane. @see https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
export const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"] as const;

/**
 * Refuses an API server that nothing could reach: its own VPC does not exist before the run that has to reach it, and in
 * subnets that are there its security group admits only the cluster's own nodes.
 *
 * @throws UserError naming the settings
 * @see https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export function checkEks(config: EksClusterConfig): EksClusterConfig {
  if (config.publicCidrs.length > 0 || config.apiSources.length > 0) return config;
  const own = config.network.kind === "own";
  throw new UserError(
    own
      ? "the API server would be reached only from a VPC that the same run makes, so the run could not reach it"
      : "the API server would be reached by the cluster's own nodes alone: its security group admits nothing else",
    "settings eksPublicCidrs and eksApiSources",
    own
      ? "pulumi config set eksPublicCidrs ADDRESS/32, the public address of where `up` runs"
      : "pulumi config set eksApiSources CIDR or SECURITY-GROUP, of where `up` runs in the network; or set eksPublicCidrs",
  );
}
