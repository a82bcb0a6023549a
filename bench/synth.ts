// Synthesis of many applications, beside the cdk8s CLI and `kubectl kustomize` on the same tree in
// one run: `node packages/kit/run.mjs bench/synth.ts [RUNS]`. Prints medians, ratios and limits;
// exits 1 when a limit is passed.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, loader } from "@timonier/kit/state-folder";
import Table from "cli-table3";
import { execa } from "execa";

const [SMALL, LARGE] = [1000, 2000];
const runs = Number(process.argv[2] ?? 3);
const LIMIT = { growth: 2.2 };

const folder = mkdtempSync(join(tmpdir(), "timonier-bench-synth-"));
const program = [process.execPath, loader, join(checkout, "bench/synth/program.ts")];

/** Seconds of a whole process, and of the work in it where it tells. */
interface Took {
  readonly whole: number;
  readonly work: number;
}

async function took(command: readonly string[], env: Record<string, string> = {}): Promise<Took> {
  const start = performance.now();
  const [file = "", ...args] = command;
  const { stderr } = await execa(file, args, { cwd: checkout, env, stdout: "ignore", timeout: 600_000 });
  const whole = (performance.now() - start) / 1000;
  const told = /milliseconds ([\d.]+)/.exec(stderr);
  return { whole, work: told ? Number(told[1]) / 1000 : whole };
}

const timonier = (count: number, name: string) =>
  took([...program, "timonier", String(count)], { CDK8S_OUTDIR: join(folder, name) });

const cdk8s = (count: number) =>
  took([
    join(checkout, "node_modules/.bin/cdk8s"),
    ...["synth", "--check-upgrade=false", "--stdout=false", "--output", join(folder, "cdk8s")],
    ...["--app", [...program, "cdk8s", String(count)].join(" ")],
  ]);

/** Builds what `timonier` wrote: the folder of the applications, every file a resource. */
const kustomize = (name: string) => took(["kubectl", "kustomize", join(folder, name, "application/infra")]);

function listResources(name: string): void {
  const infra = join(folder, name, "application/infra");
  const resources = readdirSync(infra).filter((file) => /^app-.*\.yaml$/.test(file));
  writeFileSync(join(infra, "kustomization.yaml"), `resources:\n${resources.map((file) => `- ${file}\n`).join("")}`);
}

/** The middle one by its whole time, after a first run that is not counted. */
async function median(run: (round: number) => Promise<Took>): Promise<Took> {
  await run(0);
  const all: Took[] = [];
  for (let round = 1; round <= runs; round++) all.push(await run(round));
  return {
    whole: middle(all.map(({ whole }) => whole)),
    work: middle(all.map(({ work }) => work)),
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const table = new Table({ head: ["synthesis", "process", "work in it"], style: { head: [], border: [] } });
const row = (name: string, { whole, work }: Took) =>
  table.push([name, `${whole.toFixed(2)} s`, work === whole ? "" : `${work.toFixed(2)} s`]);

try {
  const small = await median((round) => timonier(SMALL, `small-${round}`));
  const large = await median((round) => timonier(LARGE, `large-${round}`));
  const again = await median(() => timonier(SMALL, "small-1"));
  for (const name of ["small-1", "large-1"]) listResources(name);
  const built = await median(() => kustomize("small-1"));
  const builtLarge = await median(() => kustomize("large-1"));
  const cli = await median(() => cdk8s(SMALL));
  row(`timonier, ${SMALL} apps`, small);
  row(`timonier, ${SMALL} apps again, nothing to write`, again);
  row(`timonier, ${LARGE} apps`, large);
  row(`kubectl kustomize, ${SMALL} apps (the applications' folder only)`, built);
  row(`kubectl kustomize, ${LARGE} apps`, builtLarge);
  row(`cdk8s CLI, ${SMALL} apps`, cli);
  console.log(table.toString());

  const growth = large.work / small.work;
  console.log(`timonier / kustomize build: ${(small.whole / built.whole).toFixed(2)} of its time`);
  console.log(`timonier / cdk8s CLI:       ${(small.whole / cli.whole).toFixed(2)} of its time`);
  console.log(`growth of kustomize build:  ${(builtLarge.whole / built.whole).toFixed(2)}`);
  console.log(`growth from ${SMALL} to ${LARGE}:   ${growth.toFixed(2)} (limit ${LIMIT.growth})`);
  process.exitCode = growth > LIMIT.growth ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
