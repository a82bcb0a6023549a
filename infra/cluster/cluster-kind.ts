import type { Progress } from "@timonier/kit/progress";
import type { ToolName } from "@timonier/toolchain/tools";
import type { z } from "zod";
import type { Finding } from "../finding.js";
import type { Cluster } from "./cluster.js";
import type { WantedInCluster } from "./existing/facts.js";

/** Address of this machine for pods that share its network. */
export const LOOPBACK = "127.0.0.1";

/** Settings that belong to other Pulumi packages, by their full keys: `aws:region`. */
export type ForeignSettings = Readonly<Record<string, string>>;

/** What a cluster is prepared for. */
export interface PrepareContext {
  readonly stack: string;
  /** Whether Flux's image controllers run in it. */
  readonly imageAutomation: boolean;
  /** Address at which the cluster's pods are expected to reach an embedded GitLab. @default there is none */
  readonly gitlabAddress: string | undefined;
}

/** What a cluster is examined for, by `timonier doctor`. */
export interface ExamineContext extends PrepareContext {
  /** Folder of links to tools. */
  readonly binDir: string;
  readonly progress: Progress;
  /** What the stack will apply. @default GitLab did not answer, so the addresses of the repositories are unknown */
  readonly wanted: (() => Promise<WantedInCluster>) | undefined;
}

/** Processes of a cluster on this machine. */
export interface ProcessStatus {
  readonly state: "running" | "degraded" | "stopped" | "absent";
  /** What does not run, for people. */
  readonly missing: readonly string[];
}

/** Declares the cluster. @param wanted what the stack will apply */
export type Connect = (wanted: () => WantedInCluster) => Cluster | Promise<Cluster>;

/**
 * One kind of cluster: its settings, its tools, and the ways to examine and to create it.
 * infra/cluster/kinds.ts lists them.
 *
 * A kind is loaded by every command, so it imports the code that creates a cluster only when that
 * is called.
 */
export interface ClusterKind<Values, Config extends { readonly name: string }> {
  /** Settings that only this kind reads. */
  readonly settings: z.ZodObject;
  /** Tools that a stack of this kind runs, besides those of every stack. */
  readonly tools: readonly ToolName[];
  /** Further ones for a stack with image automation. @default none: the cluster pulls their images */
  readonly imageTools?: readonly ToolName[];
  /** Versions of the vendor plugins that Pulumi needs, by name. */
  readonly plugins: Readonly<Record<string, string>>;
  /** Validation errors of settings that belong to other Pulumi packages. */
  check(foreign: ForeignSettings): string[];
  /** What the program reads from the settings. @throws UserError for settings that exclude each other */
  config(values: Values, name: string, foreign: ForeignSettings): Config;
  /** Address at which pods reach this machine. @default unknown, setting gitlabAddress has to name it */
  hostAddress(config: Config): string | undefined;
  /** What `timonier doctor` reports. */
  examine(config: Config, context: ExamineContext): Promise<Finding[]>;
  /**
   * Checks what has to be true before anything is declared or changed, in GitLab too.
   *
   * @throws UserError the first problem to fix before `up`
   */
  prepare(config: Config, context: PrepareContext): Promise<Connect>;
  /**
   * Looks at the processes of the cluster, for `timonier status`. undefined: only its API server is asked.
   *
   * @param folder the stack's cluster folder
   * @param binDir folder of links to tools
   */
  inspect(folder: string, binDir: string, progress: Progress): Promise<ProcessStatus | undefined>;
}
