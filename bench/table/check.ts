import Table from "cli-table3";
import type { Ratios, Sample } from "./figures.js";
import { compareRatios, GROSS, ratioOf } from "./ratios.js";
import type { Scene } from "./scene.js";

const RUNS = 3;

/** About a second of Node's own work, as the rows are: loading a large module, parsing, allocation. */
const CALIBRATION = [
  "node",
  "-e",
  "const ts = require('typescript'); const text = 'export const a = { b: [1, 2, 3].map((c) => c + 1) };'.repeat(8000); ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2022);",
];

/** Rows of the check: each shows another part of the start-up. */
const checked: Readonly<Record<string, (scene: Scene) => Promise<Sample>>> = {
  status: async (scene) => scene.timonier("status", await scene.stack()),
  preview: async (scene) => scene.timonier("preview", await scene.stack()),
  synth: async (scene) => scene.timonier("synth", await scene.stack()),
};

/** Measures the rows of the check, a calibration before each run, so that both meet the same load. */
export async function measureRatios(scene: Scene, progress: (text: string) => void): Promise<Record<string, number>> {
  await scene.stack();
  const calibration: Sample[] = [];
  const samples = Object.fromEntries(Object.keys(checked).map((row) => [row, [] as Sample[]]));
  for (let run = 1; run <= RUNS; run++) {
    for (const [row, once] of Object.entries(checked)) {
      calibration.push(await scene.here(CALIBRATION));
      samples[row]?.push(await once(scene));
    }
    progress(`run ${run} of ${RUNS}`);
  }
  return Object.fromEntries(Object.entries(samples).map(([row, all]) => [row, ratioOf(all, calibration)]));
}

/**
 * Prints the comparison with the recorded ratios.
 *
 * @returns exit code: 1 when a row took more than {@link GROSS} times its ratio
 */
export function report(recorded: Ratios, now: Readonly<Record<string, number>>): number {
  const compared = compareRatios(recorded.ratios, now);
  const table = new Table({ head: ["row", "recorded", "now", "growth", ""], style: { head: [], border: [] } });
  for (const { row, recorded: before, now: ratio, growth, failed } of compared) {
    table.push([row, before.toFixed(2), ratio.toFixed(2), growth.toFixed(2), failed ? `more than ${GROSS}` : "passed"]);
  }
  console.log(table.toString());
  console.log(`CPU divided by CPU of a calibration in the same run; recorded ${recorded.date.slice(0, 10)}`);
  return compared.some(({ failed }) => failed) ? 1 : 0;
}
