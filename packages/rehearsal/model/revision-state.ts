import type { KubeObject, Snapshot } from "./kube-objects.js";
import type { Outcome } from "./outcome.js";

/** What the API server said to one object that a controller did not get as far as applying. */
export interface DryRun {
  /** As the manifest says it. */
  readonly object: KubeObject;
  /** As the API server would have it. undefined: it refuses. */
  readonly result?: KubeObject;
  /** The API server's words. */
  readonly rejection?: string;
  /** `Kustomization default/myapp` that would apply it. */
  readonly owner: string;
}

/** A part of the API that could not be listed: its objects are not known. */
export interface Unlisted {
  /** `metrics.k8s.io/v1beta1` */
  readonly apiVersion: string;
  /** @default every kind of that version */
  readonly kind?: string;
  /** The API server's words. */
  readonly message: string;
}

/** A cluster when everything in it had come as far as it can: plain data, kept with a base. */
export interface RevisionState {
  readonly snapshot: Snapshot;
  /** @default everything was listed */
  readonly unlisted?: readonly Unlisted[];
  /** What each source, Kustomization and HelmRelease came to, by key. */
  readonly outcomes: ReadonlyArray<readonly [string, Outcome]>;
  /** Why workloads do not become ready, by key. */
  readonly failing: ReadonlyArray<readonly [string, string]>;
  /** What Kustomizations that were refused would have applied. */
  readonly dryRuns: readonly DryRun[];
}
