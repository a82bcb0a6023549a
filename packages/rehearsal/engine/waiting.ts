import type { WaitOptions } from "@timonier/kit/wait";
import type { Starting } from "./control-plane.js";

/**
 * How the control plane is waited for, once its API server answers.
 *
 * @param what as a noun: `the Flux controllers`
 * @param where a folder or an address, if there is a better one to look at
 */
export function waiting(
  what: string,
  { progress, signal }: Pick<Starting, "progress" | "signal">,
  where = "the rehearsal's control plane",
): WaitOptions {
  return {
    what,
    where,
    fix: "`timonier rehearse --stop`, which has a new control plane made, then run the command again",
    timeout: 60_000,
    interval: 30,
    progress,
    ...(signal && { signal }),
  };
}
