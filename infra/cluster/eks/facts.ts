/** What AWS says about an account and a cluster before the program changes anything. */
export interface EksFacts {
  /** ARN of the identity that the program uses. */
  readonly caller: string;
  /** @default no cluster has that name */
  readonly cluster: EksClusterFacts | undefined;
  /** Roles of the settings that already have an access entry which the stack did not create. */
  readonly admitted: readonly string[];
  /** Kubernetes versions of EKS. @default the credentials have no permission to list them */
  readonly versions: readonly EksVersionFacts[] | undefined;
  /**
   * The log group with the name that EKS requires: EKS creates it again when logs of a deleted cluster arrive late.
   * `there`: it exists; `claimed`: it has the stack's tag.
   */
  readonly logGroup: "none" | "there" | "claimed";
  /** Of the setting eksInstanceType. @default not needed, or the credentials have no permission to read it */
  readonly instanceType: InstanceTypeFacts | undefined;
  /** Quotas that a new cluster counts against, as far as the credentials may read them. */
  readonly quotas: readonly QuotaFacts[];
}

/** An existing cluster. */
export interface EksClusterFacts {
  /** `ACTIVE`, `CREATING`, `DELETING`, `FAILED`, `UPDATING` */
  readonly status: string;
  /** `1.35` */
  readonly version: string;
  /** @default not assigned yet */
  readonly endpoint: string | undefined;
  /** Whether a stack of this name created it. */
  readonly ours: boolean;
  /** Whether its API server answers from this machine. */
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

/** What determines the image of a node. */
export type InstanceTypeFacts =
  | { readonly known: false }
  | { readonly known: true; readonly architecture: "x86_64" | "arm64"; readonly nvidia: boolean };

/** The limit of a resource in an account and a region. */
export interface QuotaFacts {
  /** `VPCs` */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}
