import { downloadChart } from "@timonier/charts/download";
import type { Pin } from "@timonier/charts/pin-file";
import { addressOf } from "@timonier/kit/chart-source";
import { UserError } from "@timonier/kit/user-error";

/** A pinned chart and the name of its files. */
export interface NamedPin {
  readonly name: string;
  readonly pin: Pin;
}

/**
 * Downloads charts again, and compares their digests with the pinned ones. Flux does that itself
 * for a registry and for a Git repository, and cannot do it for a repository with an index.
 *
 * @returns a line for each chart
 * @throws UserError for all charts whose content was replaced
 */
export async function checkPins(
  pins: readonly NamedPin[],
  options: { readonly root: string; readonly env: NodeJS.ProcessEnv },
): Promise<string[]> {
  const results = await Promise.all(pins.map((one) => checkPin(one, options)));
  const replaced = results.filter(({ isReplaced }) => isReplaced);
  if (replaced.length === 0) return results.map(({ line }) => line);
  throw new UserError(
    `pinned charts were replaced:\n${replaced.map(({ line }) => `    ${line}`).join("\n")}`,
    "apps/charts",
    "ask the publisher of the chart; to take the new content, run `npx timonier chart upgrade NAME VERSION`",
    { code: "TIM-822" },
  );
}

interface Result {
  readonly line: string;
  readonly isReplaced: boolean;
}

async function checkPin(
  { name, pin }: NamedPin,
  options: { readonly root: string; readonly env: NodeJS.ProcessEnv },
): Promise<Result> {
  const { source, version, digest } = pin;
  if (digest === undefined) return { line: `${name} ${version}: a folder of this checkout`, isReplaced: false };
  try {
    const now = (await downloadChart(source, { version, ...options })).digest;
    const isReplaced = now !== digest;
    return {
      line: isReplaced ? `${name} ${version}: ${digest} is now ${now}` : `${name} ${version}: ${digest}`,
      isReplaced,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The index of a repository already has another digest than the archive.
    const isReplaced = error.code === "TIM-822";
    return { line: `${name} ${version}: not checked, ${error.what} (${addressOf(source)})`, isReplaced };
  }
}
