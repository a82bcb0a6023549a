import type { WaitOptions } from "@timonier/kit/wait";
import type { StartContext } from "./control-plane.js";

/**
 * How the control plane is waited for, once its API server answers.
 *
 * @param what as a noun: `the Flux controllers`
 * @param where a folder or an address, if there is a better one to look at
 */
export function waitOptions(
  what: string,
  { progress, signal }: Pick<StartContext, "progress" | "signal">,
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
