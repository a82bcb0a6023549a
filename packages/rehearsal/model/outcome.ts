import type { Condition } from "./kube-objects.js";

/** What becomes of a source, Kustomization or HelmRelease. */
export type Outcome =
  /** It is Ready. */
  | { readonly state: "reconciled" }
  /** It will not become Ready. */
  | {
      readonly state: "stalled";
      readonly reason: string;
      readonly message: string;
      /** Its controller would report this only after its timeout. */
      readonly predicted?: boolean;
      /** The reason is not in the manifests: something cannot be reached from here. */
      readonly gap?: true;
    }
  /** It needs something that cannot be reached from here; it counts as Ready for the objects that wait for it. */
  | { readonly state: "assumed"; readonly message: string }
  /** It was assumed, but it or its source has changed since: it has to be reconciled. */
  | {
      readonly state: "pending";
      readonly for: string;
      readonly outdated: true;
      readonly requestNow?: never;
      readonly retriesLast?: never;
      readonly reset?: never;
    }
  /** Its controller does not reconcile it: `spec.suspend`. */
  | { readonly state: "suspended" }
  /** It has no outcome yet. */
  | {
      readonly state: "pending";
      readonly for: string;
      /** A requested reconciliation brings the outcome sooner than waiting. */
      readonly requestNow?: boolean;
      /** It failed: it is requested again when the others have come as far as they can. */
      readonly retriesLast?: boolean;
      /** Its controller has to forget earlier failures, else it does not try again. */
      readonly reset?: true;
      readonly outdated?: never;
    };

/** @param requestNow whether to request a reconciliation now */
export function pending(reason: string, requestNow = false): Outcome {
  return { state: "pending", for: reason, ...(requestNow && { requestNow }) };
}

/** The outcome that a condition reports. */
export function stalled({ reason, message }: Condition): Extract<Outcome, { state: "stalled" }> {
  return { state: "stalled", reason: reason ?? "Failed", message: message ?? "" };
}

/** The Ready condition of an object. */
export interface ReadyCondition {
  readonly condition: Condition | undefined;
  /** Whether it is about the present generation of the object. */
  readonly current: boolean;
}

/** A failure that is certain, but that counts only when the object's controller has reported it, too. */
export function stalledOutcome(reason: string, message: string, { condition, current }: ReadyCondition): Outcome {
  if (condition?.status === "False" && current && condition.reason === reason) return stalled(condition);
  return pending(message);
}

/** It fails because something cannot be reached from here. */
export function gap(reason: string, message: string): Outcome {
  return { state: "stalled", reason, message, gap: true };
}
