import type { ClusterWatch } from "./cluster-watch.js";
import type { RehearsalCluster, RehearsalContext } from "./rehearsal-cluster.js";
import type { RehearsalPlan } from "./rehearsal-plan.js";

/** A running rehearsal of one cluster: what its steps share. */
export interface Rehearsal {
  readonly cluster: RehearsalCluster;
  readonly plan: RehearsalPlan;
  readonly watch: ClusterWatch;
  readonly context: RehearsalContext;
  /** Time in milliseconds since the epoch after which pending outcomes are reported as they are. */
  readonly deadline: number;
}
