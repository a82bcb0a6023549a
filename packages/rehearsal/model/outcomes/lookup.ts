import type { KubeObject, Snapshot } from "../kube-objects.js";
import type { Outcome } from "../outcome.js";

/** What is known of a cluster at one moment. */
export interface FluxView {
  /** Objects of Flux's kinds. */
  readonly flux: Snapshot;
  /** Everything that Flux waits for: workloads, claims, custom resources. */
  readonly others: Snapshot;
  readonly pods: Snapshot;
  /** Commit that a source has to be at; undefined for one that is not served here. */
  readonly expected: (source: KubeObject) => string | undefined;
  /** Token with which an object was last asked to look again, if nothing else has come forward since. */
  readonly asked: (key: string) => string | undefined;
  /** Token of a request that a Kustomization has to have answered before it counts as Ready. */
  readonly requested?: (key: string) => string | undefined;
  /** Milliseconds since anything changed. */
  readonly quiet: number;
  /**
   * Milliseconds since any answer became another one. What waits for a source tries again every few seconds, which changes objects
   * but tells nothing. @default quiet
   */
  readonly still?: number;
}

/**
 * How long nothing may happen before what is not ready counts as never becoming it (`health`), before a source counts as out of reach
 * after its controller began to look (`source`) and before it did (`unseen`: a busy machine), and before what the network says of a
 * source that is served here counts as its answer (`served`). Milliseconds.
 */
export const PATIENCE = { health: 8_000, source: 8_000, unseen: 20_000, served: 60_000 };

/** What the judgement of one object asks about the others. */
export interface Lookup {
  readonly view: FluxView;
  /** Milliseconds since any answer became another one. */
  readonly still: number;
  /** Objects of Flux's kinds by key. */
  readonly flux: ReadonlyMap<string, KubeObject>;
  /** Everything that Flux waits for, by key. */
  readonly others: ReadonlyMap<string, KubeObject>;
  /** What another object comes to. */
  outcome(object: KubeObject): Outcome;
  /** Whether the judgement of an object has begun and not ended: what asks for it then waits for itself. */
  isOpen(key: string): boolean;
}
