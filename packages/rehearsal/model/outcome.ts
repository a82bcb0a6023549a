import type { Condition } from "./kube-objects.js";

/** What a reconciliation came to. */
export type Outcome =
  | { readonly state: "reconciled" }
  /**
   * It will not become Ready. `predicted`: the controller would only say so after its timeout. `gap`: not because of what is
   * written, but because something cannot be reached from here.
   */
  | {
      readonly state: "stalled";
      readonly reason: string;
      readonly message: string;
      readonly predicted?: boolean;
      readonly gap?: true;
    }
  /** It needs something that cannot be reached from here; it counts as Ready for what waits for it. */
  | { readonly state: "assumed"; readonly message: string }
  /** An assumption about it holds no longer, because it or its source differs: it has to be looked at. */
  | {
      readonly state: "pending";
      readonly for: string;
      readonly outdated: true;
      readonly poke?: never;
      readonly stuck?: never;
    }
  /** Its controller leaves it alone: `spec.suspend`. */
  | { readonly state: "suspended" }
  /** Not known yet. `poke`: asking its controller to look again now tells more than waiting. */
  | {
      readonly state: "pending";
      readonly for: string;
      readonly poke?: boolean;
      readonly stuck?: boolean;
      /** Its controller has to forget that it failed, else it does not try again. */
      readonly reset?: true;
      readonly outdated?: never;
    };

/** @param poke whether to ask its controller to look again now */
export function pending(reason: string, poke = false): Outcome {
  return { state: "pending", for: reason, ...(poke && { poke }) };
}

/** What a condition says, as the answer. */
export function stalled({ reason, message }: Condition): Extract<Outcome, { state: "stalled" }> {
  return { state: "stalled", reason: reason ?? "Failed", message: message ?? "" };
}

/** A failure that is clear without its controller, once that has had a look. */
export function stalledOutcome(
  reason: string,
  message: string,
  condition: Condition | undefined,
  current: boolean,
  wanted = reason,
): Outcome {
  if (condition?.status === "False" && current && condition.reason === wanted) return stalled(condition);
  return pending(message);
}

/** It fails because something cannot be reached from here. */
export function gap(reason: string, message: string): Outcome {
  return { state: "stalled", reason, message, gap: true };
}
