// `npm run bench [-- ROW…]`: measures rows of docs/benchmarks.md and writes the table, its plot and
// bench/results.json.
import { spawnSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { loader } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { measureRatios, report } from "./table/check.js";
import { type Machine, mergeFigures, rounded, type Sample } from "./table/figures.js";
import { readResults, writeResults } from "./table/files.js";
import { others, rows } from "./table/rows.js";
import { Scene } from "./table/scene.js";

/** What the command line says. */
interface Options {
  readonly all?: boolean;
  readonly runs?: number;
  readonly list?: boolean;
  readonly check?: boolean;
  readonly record?: boolean;
  readonly render?: boolean;
}

const progress = (text: string) => console.error(`bench: ${text}`);
const now = () => new Date().toISOString();

const machine = (): Machine => ({
  cores: cpus().length,
  memory: totalmem(),
  node: process.versions.node,
  load: rounded(loadavg()[0] ?? 0),
});

function list(): void {
  const table = new Table({ head: ["name", "by default", "one run"], style: { head: [], border: [] } });
  for (const [name, { cheap, about }] of Object.entries(rows)) table.push([name, cheap ? "yes" : "", about]);
  for (const [name, { entry, about }] of Object.entries(others)) table.push([name, "", `${about} (${entry})`]);
  console.log(table.toString());
}

function unknown(name: string): UserError {
  const names = [...Object.keys(rows), ...Object.keys(others)].join(", ");
  return new UserError(`benchmark ${name} does not exist`, "npm run bench", `use one of: ${names}`, {
    code: "TIM-119",
  });
}

/** Writes after each row, so that an hour is not lost when the next row fails. */
async function measureRows(names: readonly string[], runs: number | undefined): Promise<void> {
  const scene = new Scene(progress);
  try {
    for (const name of names) {
      const row = rows[name];
      if (!row) throw unknown(name);
      const samples: Sample[] = [];
      // A load that the row itself causes is not what the figures need.
      const facts = { date: now(), machine: machine() };
      for (let run = 1; run <= (runs ?? row.runs); run++) {
        const sample = await row.once(scene);
        samples.push(sample);
        progress(`${name}, run ${run}: ${sample.elapsed.toFixed(2)} s, CPU ${sample.cpu.toFixed(2)} s`);
      }
      const results = readResults();
      await writeResults({ ...results, figures: mergeFigures(results.figures, new Map([[name, samples]]), facts) });
    }
  } finally {
    await scene.end();
  }
}

async function check(record: boolean): Promise<number> {
  const { check: recorded, ...rest } = readResults();
  if (!record && !recorded) {
    throw new UserError("ratios to compare with do not exist", "bench/results.json", "run npm run bench -- --record", {
      code: "TIM-119",
    });
  }
  const scene = new Scene(progress);
  try {
    const facts = { date: now(), machine: machine() };
    const ratios = await measureRatios(scene, progress);
    if (!record && recorded) return report(recorded, ratios);
    await writeResults({ ...rest, check: { ...facts, ratios } });
    console.log(ratios);
    return 0;
  } finally {
    await scene.end();
  }
}

/** Runs a benchmark that has limits of its own. */
function passes(...entry: readonly string[]): boolean {
  return spawnSync(process.execPath, [loader, ...entry], { stdio: "inherit" }).status === 0;
}

async function run(names: readonly string[], options: Options): Promise<number> {
  const missing = names.find((name) => !(name in rows) && !(name in others));
  if (missing !== undefined) throw unknown(missing);
  if (options.list) list();
  else if (options.render) await writeResults(readResults());
  else if (options.record) return check(true);
  else if (options.check) return Math.max(await check(false), passes("bench/applications.ts", "--fast") ? 0 : 1);
  else {
    const cheap = Object.keys(rows).filter((name) => options.all || rows[name]?.cheap);
    await measureRows(names.length > 0 ? names.filter((name) => name in rows) : cheap, options.runs);
    for (const { entry } of names.flatMap((name) => others[name] ?? [])) {
      if (!passes(entry)) return 1;
    }
  }
  return 0;
}

const program = new Command("npm run bench --")
  .argument("[row...]", "rows to measure, or other benchmarks")
  .option("--all", "all rows: hours")
  .option("--runs <number>", "runs of each row", (text) => {
    if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("A whole number above zero.");
    return Number(text);
  })
  .option("--list", "list the rows and the other benchmarks")
  .option("--check", "compare CPU ratios with the recorded ones, and 100 applications with 1,000")
  .option("--record", "record the ratios for --check")
  .option("--render", "write the table and the plot from bench/results.json");
program.parse(process.argv.slice(2), { from: "user" });
try {
  process.exitCode = (await run(program.args, program.opts<Options>())) || (process.exitCode ?? 0);
} catch (error) {
  console.error(error instanceof UserError ? error.message : error);
  process.exitCode = 1;
}
