import { setTimeout as sleep } from "node:timers/promises";
import { downloadChart } from "@timonier/charts/download";
import type { Pin } from "@timonier/charts/pin-file";
import { addressOf } from "@timonier/kit/chart-source";
import { UserError } from "@timonier/kit/user-error";

/** A pinned chart and the name of its files. */
export interface NamedPin {
  readonly name: string;
  readonly pin: Pin;
}

/** Options of {@link checkPins}. */
export interface CheckOptions {
  /** Top of the checkout. */
  readonly root: string;
  /** Environment with the credentials of private sources. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds for one chart. @default as long as the requests take */
  readonly longest?: number;
}

/** Result of checking one chart. */
export interface CheckedPin {
  readonly line: string;
  readonly isChecked: boolean;
}

/**
 * Downloads charts again, and compares their digests with the pinned ones. Flux does that itself
 * for a registry and for a Git repository, and cannot do it for a repository with an index.
 *
 * @throws UserError for all charts whose content was replaced
 */
export async function checkPins(pins: readonly NamedPin[], options: CheckOptions): Promise<CheckedPin[]> {
  const results = await Promise.all(pins.map((one) => checkPin(one, options)));
  const replaced = results.filter(({ isReplaced }) => isReplaced);
  if (replaced.length === 0) return results;
  throw new UserError(
    `pinned charts were replaced:\n${replaced.map(({ line }) => `    ${line}`).join("\n")}`,
    "apps/charts",
    "ask the publisher of the chart; to take the new content, run `npx timonier chart upgrade NAME VERSION`",
    { code: "TIM-822" },
  );
}

interface Result extends CheckedPin {
  readonly isReplaced: boolean;
}

async function checkPin({ name, pin }: NamedPin, options: CheckOptions): Promise<Result> {
  const { source, version, digest } = pin;
  const subject = `${name} ${version}`;
  if (digest === undefined) {
    return { line: `${subject}: a folder of this checkout`, isChecked: true, isReplaced: false };
  }
  try {
    const now = await digestNow(pin, options);
    if (now === undefined) return notChecked(`${subject}: not checked, no answer from ${addressOf(source)}`);
    const isReplaced = now !== digest;
    return { line: `${subject}: ${digest}${isReplaced ? ` is now ${now}` : ""}`, isChecked: true, isReplaced };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const line = `${subject}: not checked, ${error.what} (${addressOf(source)})`;
    // The index of a repository already has another digest than the archive.
    return { ...notChecked(line), isReplaced: error.code === "TIM-822" };
  }
}

const notChecked = (line: string): Result => ({ line, isChecked: false, isReplaced: false });

/** @returns undefined when it takes too long */
async function digestNow({ source, version }: Pin, { longest, ...options }: CheckOptions): Promise<string | undefined> {
  const download = downloadChart(source, { version, ...options });
  if (longest === undefined) return (await download).digest;
  const timer = new AbortController();
  const late = sleep(longest, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return (await Promise.race([download, late]))?.digest;
  } finally {
    timer.abort();
    // A request that is too late may still fail.
    download.catch(() => {});
  }
}
