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
