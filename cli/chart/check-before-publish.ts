import { checkout } from "@timonier/kit/state-folder";
import { pinnedNames, readPin } from "./pinned-charts.js";

/** Milliseconds for which publishing waits for the sources of charts. */
const longest = 10_000;

/** Where charts are pinned, and how their sources are read. */
export interface PublishCheckOptions {
  /** @default this checkout */
  readonly root?: string;
  /** @default that of this process */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Compares the digests of charts that Flux cannot check: those of repositories with an index.
 *
 * @returns a line for each chart that could not be checked
 * @throws UserError for charts whose content was replaced
 */
export async function checkBeforePublish(options: PublishCheckOptions = {}): Promise<readonly string[]> {
  const { root = checkout, env = process.env } = options;
  const pins = await Promise.all(
    (await pinnedNames(root)).map(async (name) => ({ name, pin: await readPin(root, name) })),
  );
  const unchecked = pins.filter(({ pin }) => pin.source.kind === "http");
  if (unchecked.length === 0) return [];
  // Loaded on demand: most checkouts have no such chart.
  const { checkPins } = await import("./check-pins.js");
  const results = await checkPins(unchecked, { root, env, longest });
  return results.filter(({ isChecked }) => !isChecked).map(({ line }) => line);
}
