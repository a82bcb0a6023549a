import { setTimeout as sleep } from "node:timers/promises";
import { elapsed, type Progress, silent } from "./progress.js";
import { UserError } from "./user-error.js";

/** What one look found: done with a value, or what is still missing. */
export type Look<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly missing: string };

/** How to wait. */
export interface WaitOptions {
  /** What is waited for, as a noun: `the API server`. */
  readonly what: string;
  /** Longest time, in milliseconds. */
  readonly timeout: number;
  /** Time between two looks, in milliseconds. @default 250 */
  readonly interval?: number;
  /** Where it is waited for: an address, an object. */
  readonly where: string;
  /** What a user does when it never comes. */
  readonly fix: string;
  /** Told whenever what is missing changes. @default nobody */
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Looks until it is done.
 *
 * A look that throws ends the wait at once: the answer is known. Return `done: false` for what may still come.
 *
 * @throws UserError when the time is over, with what was last missing
 */
export async function waitFor<T>(options: WaitOptions, look: () => Promise<Look<T>>): Promise<T> {
  const start = Date.now();
  const progress = options.progress ?? silent;
  let said = "";
  for (;;) {
    const found = await look();
    if (found.done) return found.value;
    if (found.missing !== said) progress(`waiting for ${options.what}: ${found.missing}`);
    said = found.missing;
    if (Date.now() - start >= options.timeout) {
      throw new UserError(`${options.what}: ${said} (waited ${elapsed(start)})`, options.where, options.fix);
    }
    await sleep(options.interval ?? 250, undefined, { signal: options.signal });
  }
}
