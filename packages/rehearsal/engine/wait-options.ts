import type { WaitOptions } from "@timonier/kit/wait";
import type { StartContext } from "./control-plane.js";

/**
 * Options to wait for a part of the cluster, once its API server answers.
 *
 * @param what as a noun: `the Flux controllers`
 * @param where a more specific folder or address
 */
export function waitOptions(
  what: string,
  { progress, signal }: Pick<StartContext, "progress" | "signal">,
  where = "the rehearsal cluster",
): WaitOptions {
  return {
    what,
    where,
    fix: "run the command with --stop, which deletes the cluster, then run it again",
    timeout: 60_000,
    interval: 30,
    progress,
    ...(signal && { signal }),
  };
}
