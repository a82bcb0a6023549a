import type { KubeObject, Snapshot } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";

/** Result of a dry run of one object that a controller did not apply. */
export interface DryRun {
  /** The object as in its manifest. */
  readonly object: KubeObject;
  /** The object as the API server would store it. @default it is rejected */
  readonly result?: KubeObject;
  /** Message of the API server for a rejected object. */
  readonly rejection?: string;
  /** Owner that would apply it: `Kustomization default/myapp`. */
  readonly owner: string;
}

/** A part of the API whose objects could not be listed. */
export interface Unlisted {
  /** `metrics.k8s.io/v1beta1` */
  readonly apiVersion: string;
  /** @default every kind of that version */
  readonly kind?: string;
  /** Message of the API server. */
  readonly message: string;
}

/**
 * What the rehearsal cluster holds at base or head, after everything was reconciled. Plain data,
 * stored with a base.
 */
export interface RevisionState {
  readonly snapshot: Snapshot;
  /** @default everything was listed */
  readonly unlisted?: readonly Unlisted[];
  /** Outcomes of sources, Kustomizations and HelmReleases, by key. */
  readonly outcomes: ReadonlyArray<readonly [string, Outcome]>;
  /** Why workloads do not become ready, by key. */
  readonly failing: ReadonlyArray<readonly [string, string]>;
  /** Dry runs of the objects of rejected Kustomizations. */
  readonly dryRuns: readonly DryRun[];
}
