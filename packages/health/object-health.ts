import type { KubeObject } from "./kube-object.js";

/** One object against what is expected of it. */
export interface Finding {
  /** `Kustomization default/myapp` */
  readonly object: string;
  /** Waiting may help, or the object's own words say that it will not. */
  readonly state: "ready" | "progressing" | "failed";
  /** In the words of the object's conditions. Empty when ready. */
  readonly message: string;
  /** Where asking the controller to look again now tells more than waiting for its next interval. */
  readonly ask?: KubeObject;
  /** Milliseconds for which it has to stay so before the controller is asked. @default 0 */
  readonly askAfter?: number;
  /** What a user does where waiting will not help. @default a merge request */
  readonly fix?: string;
}
