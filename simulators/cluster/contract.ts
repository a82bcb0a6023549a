import type { Progress } from "@timonier/kit/progress";

/** A running cluster. */
export interface EmbeddedCluster {
  /** Self-contained, mode 0600. */
  readonly kubeconfigFile: string;
  /** `https://127.0.0.1:PORT`, the same after every restart. */
  readonly server: string;
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
}

/** How to start. */
export interface StartOptions {
  /** @default says nothing */
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Longest time for all of it, in milliseconds. @default 60 s */
  readonly timeout?: number;
}

/** Which parts of a cluster run. */
export interface ClusterInspection {
  readonly state: "running" | "degraded" | "stopped" | "absent";
  /** Names of the components that do not run, and `readyz` when the API server does not call itself ready. */
  readonly missing: readonly string[];
}
