import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import type { Results } from "./figures.js";
import { renderMarkdown } from "./markdown.js";

const json = join(checkout, "bench/results.json");

/** The committed figures. */
export function readResults(): Results {
  return JSON.parse(readFileSync(json, "utf8")) as Results;
}

/** Writes bench/results.json, docs/benchmarks.md and docs/benchmarks.svg. */
export async function writeResults(results: Results): Promise<void> {
  writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(join(checkout, "docs/benchmarks.md"), renderMarkdown(results.figures));
  // Loaded here: Vega takes half a second that `--list` and `--check` do not need.
  const { renderPlot } = await import("./plot.js");
  writeFileSync(join(checkout, "docs/benchmarks.svg"), await renderPlot(results.figures));
}
