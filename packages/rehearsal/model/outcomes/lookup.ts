import type { KubeObject, Snapshot } from "../kube-objects.js";
import type { Outcome } from "../outcome.js";

/** What is known about a cluster at one moment. */
export interface FluxView {
  /** Objects of Flux's kinds. */
  readonly flux: Snapshot;
  /** Everything that Flux waits for: workloads, claims, custom resources. */
  readonly workloads: Snapshot;
  readonly pods: Snapshot;
  /** Commit that a source has to reach; undefined for a source that is not served here. */
  readonly expected: (source: KubeObject) => string | undefined;
  /** Token of the last request to reconcile an object, if no other object has progressed since. */
  readonly requested: (key: string) => string | undefined;
  /** Token of the request that a Kustomization has to answer before it counts as reconciled. */
  readonly required?: (key: string) => string | undefined;
  /** Milliseconds since anything changed. */
  readonly quiet: number;
  /**
   * Milliseconds since the state of any outcome changed. An object that waits for a source retries
   * every few seconds, which changes the object but not its outcome. @default quiet
   */
  readonly still?: number;
}

/** How long nothing may change before an outcome is decided. Milliseconds. */
export const PATIENCE = {
  /** An object that is not ready never becomes ready. */
  health: 8_000,
  /** A source that its controller has tried to read is out of reach. */
  source: 8_000,
  /** A source that its controller has not tried to read is out of reach: on a busy machine that takes longer. */
  untried: 20_000,
  /** A network error is final for a source that is served on this machine. */
  served: 60_000,
};

/** What the outcome of one object depends on. */
export interface Lookup {
  readonly view: FluxView;
  /** Milliseconds since the state of any outcome changed. */
  readonly still: number;
  /** Objects of Flux's kinds by key. */
  readonly flux: ReadonlyMap<string, KubeObject>;
  /** Everything that Flux waits for, by key. */
  readonly workloads: ReadonlyMap<string, KubeObject>;
  /** The outcome of another object. */
  outcome(object: KubeObject): Outcome;
  /** Whether the outcome of an object is being determined: an object that needs it then depends on itself. */
  isOpen(key: string): boolean;
}
