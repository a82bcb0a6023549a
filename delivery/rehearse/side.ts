import type { Snapshot } from "./objects.js";
import type { Answer } from "./settle.js";

/** A cluster when everything in it had come as far as it can: plain data, kept with a base. */
export interface Side {
  readonly snapshot: Snapshot;
  /** What each source, Kustomization and HelmRelease came to, by key. */
  readonly answers: ReadonlyArray<readonly [string, Answer]>;
  /** Why workloads do not become ready, by key. */
  readonly failing: ReadonlyArray<readonly [string, string]>;
}
