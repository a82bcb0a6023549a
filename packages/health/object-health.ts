import type { KubeObject } from "./kube-object.js";

/** Health of one object. */
export interface ObjectHealth {
  /** `Kustomization default/myapp` */
  readonly object: string;
  /** `progressing`: it may become ready · `failed`: its conditions say that it will not. */
  readonly state: "ready" | "progressing" | "failed";
  /** Message of its conditions; empty when ready. */
  readonly message: string;
  /** Object to reconcile now, where waiting for the next interval would take longer. @default no request */
  readonly ask?: KubeObject;
  /** Milliseconds in this state after which the request is sent. @default 0 */
  readonly askAfter?: number;
  /** Fix for a failure. @default a merge request */
  readonly fix?: string;
}
