import { setTimeout as sleep } from "node:timers/promises";
import { elapsed, type Progress, silent } from "./progress.js";
import { UserError } from "./user-error.js";

/** Result of one check: a value, or what is still missing. */
export type CheckResult<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly missing: string };

/** Options of {@link waitFor}. */
export interface WaitOptions {
  /** What the caller waits for, as a noun: `the API server`. */
  readonly what: string;
  /** Longest time, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds between two checks. @default 250 */
  readonly interval?: number;
  /** Place for the error: a URL, an object. */
  readonly where: string;
  /** Fix for the error. */
  readonly fix: string;
  /** Called whenever what is missing changes. @default not reported */
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Repeats a check until it succeeds.
 *
 * An error of the check ends the wait at once. Return `done: false` for what may still succeed.
 *
 * @throws UserError at the timeout, with what was missing last
 */
export async function waitFor<T>(options: WaitOptions, check: () => Promise<CheckResult<T>>): Promise<T> {
  const start = Date.now();
  const progress = options.progress ?? silent;
  let missing = "";
  for (;;) {
    const found = await check();
    if (found.done) return found.value;
    if (found.missing !== missing) progress(`waiting for ${options.what}: ${found.missing}`);
    missing = found.missing;
    if (Date.now() - start >= options.timeout) {
      throw new UserError(`${options.what}: ${missing} (waited ${elapsed(start)})`, options.where, options.fix, {
        code: "TIM-118",
      });
    }
    await sleep(options.interval ?? 250, undefined, { signal: options.signal });
  }
}
