/** What AWS says about an account and a cluster before anything is changed. */
export interface EksFacts {
  /** ARN of the identity that everything is done with. */
  readonly caller: string;
  /** @default there is no cluster of that name */
  readonly cluster: EksClusterFacts | undefined;
  /** Roles that the settings name and that may enter the cluster already, by an entry that is not the stack's. */
  readonly admitted: readonly string[];
  /** Kubernetes versions of EKS. @default these credentials may not see them */
  readonly versions: readonly EksVersionFacts[] | undefined;
  /**
   * The log group with the name that EKS wants: EKS makes it again when logs of a deleted cluster come late.
   * `claimed`: it has the stack's tag.
   */
  readonly logGroup: "none" | "there" | "claimed";
  /** Of the setting eksInstanceType. @default it is not needed, or these credentials may not see it */
  readonly instanceType: InstanceTypeFacts | undefined;
  /** Those that a new cluster counts against, as far as these credentials may see them. */
  readonly quotas: readonly QuotaFacts[];
}

/** A cluster that is there. */
export interface EksClusterFacts {
  /** `ACTIVE`, `CREATING`, `DELETING`, `FAILED`, `UPDATING` */
  readonly status: string;
  /** `1.35` */
  readonly version: string;
  /** @default it has none yet */
  readonly endpoint: string | undefined;
  /** Whether a stack of this name made it. */
  readonly ours: boolean;
  /** Whether its API server answers here. */
  readonly reachable: boolean;
}

/** One Kubernetes version of EKS. */
export interface EksVersionFacts {
  /** `1.35` */
  readonly version: string;
  readonly support: "standard" | "extended" | "none";
  /** Milliseconds since 1970. */
  readonly standardEnds: number;
}

/** What tells which image a node needs. */
export type InstanceTypeFacts =
  | { readonly known: false }
  | { readonly known: true; readonly architecture: "x86_64" | "arm64"; readonly nvidia: boolean };

/** How much of something an account may have in a region. */
export interface QuotaFacts {
  /** `VPCs` */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}
