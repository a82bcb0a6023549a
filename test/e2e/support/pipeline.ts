import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { checkout } from "../../../packages/kit/state-folder.js";
import { timed } from "../../support/timed.js";

/** A pipeline, as GitLab would start it. */
export interface PipelineOptions {
  /** Checkout that it runs in: with gitlab-ci-local's shell executor jobs work in it directly. */
  readonly folder: string;
  /** What GitLab itself sets: `CI_PIPELINE_SOURCE`, … */
  readonly predefined: Readonly<Record<string, string>>;
  /** The project's own variables; they may be secrets and reach the jobs by a file. */
  readonly variables?: Readonly<Record<string, string>>;
  /** @default every job */
  readonly jobs?: readonly string[];
  /** @default ".gitlab-ci.yml" */
  readonly file?: string;
}

/** What became of it. */
export interface PipelineRun {
  readonly exitCode: number;
  /** Everything that was said, without colours. */
  readonly said: string;
  /** What each job said. */
  readonly jobs: ReadonlyMap<string, string>;
  /** What each job took: what a runner would count, without its image and its caches. */
  readonly seconds: ReadonlyMap<string, number>;
}

/** Jobs that a pipeline would have. */
export async function listJobs(options: PipelineOptions): Promise<string[]> {
  const { stdout, stderr } = await gitlabCiLocal(options, ["--list-csv", "--no-json-schema-validation"]);
  if (!stdout.includes("name;stage")) throw new Error(`gitlab-ci-local: ${plain(`${stdout}\n${stderr}`)}`);
  const lines = plain(stdout).split("\n");
  const start = lines.findIndex((line) => line.startsWith("name;stage"));
  return lines.slice(start + 1).flatMap((line) => line.split(";")[0] || []);
}

/** The file as GitLab's own schema sees it; empty: nothing is wrong. */
export async function schemaFaults(options: PipelineOptions): Promise<string> {
  const { exitCode, stdout, stderr } = await gitlabCiLocal(options, ["--list-csv"]);
  return exitCode === 0 ? "" : plain(`${stdout}\n${stderr}`);
}

/** Runs every job of a pipeline in its order, for real. */
export async function runPipeline(options: PipelineOptions): Promise<PipelineRun> {
  const args = ["--no-json-schema-validation", "--concurrency=1", ...(options.jobs ?? [])];
  const { exitCode, stdout, stderr } = await timed(`pipeline of ${options.jobs?.join(", ") ?? "every job"}`, () =>
    gitlabCiLocal(options, args),
  );
  const output = join(options.folder, ".gitlab-ci-local", "output");
  const logs = existsSync(output) ? readdirSync(output).filter((name) => name.endsWith(".log")) : [];
  const said = plain(`${stdout}\n${stderr}`);
  const seconds = secondsOf(said);
  const times = [...seconds].map(([job, time]) => `${job} ${time.toFixed(1)} s`);
  console.log(`jobs: ${times.join(", ")}`);
  return {
    exitCode: exitCode ?? 1,
    said,
    seconds,
    jobs: new Map(logs.map((name) => [name.slice(0, -4), plain(readFileSync(join(output, name), "utf8"))])),
  };
}

/** From lines such as `lint  finished in 3.2 s`; the last one is that of the whole pipeline. */
function secondsOf(said: string): Map<string, number> {
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60 };
  const lines = [...said.matchAll(/^(\S+) +finished in ([\d.]+) (ms|s|min)/gm)];
  const jobs = lines.filter(([, job]) => job !== "pipeline");
  return new Map(jobs.map(([, job = "", time, unit = ""]) => [job, Number(time) * (units[unit] ?? 1)]));
}

async function gitlabCiLocal({ folder, predefined, variables = {}, file }: PipelineOptions, args: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), "timonier-ci-"));
  try {
    mkdirSync(join(home, ".gitlab-ci-local"));
    writeFileSync(join(home, ".gitlab-ci-local", "variables.yml"), stringify({ global: variables }), { mode: 0o600 });
    // It copies the files for containers, and there are none: nothing is to be copied, and rsync need not be there.
    writeFileSync(join(home, "rsync"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    // It is not set in a pipeline of a merge request.
    const unset = predefined.CI_COMMIT_BRANCH === undefined ? ["--unset-variable=CI_COMMIT_BRANCH"] : [];
    const set = Object.entries(predefined).flatMap(([key, value]) => ["--variable", `${key}=${value}`]);
    const given = [`--home=${home}`, ...(file ? [`--file=${file}`] : []), ...unset, ...set];
    return await execa("gitlab-ci-local", ["--force-shell-executor", "--no-color", ...given, ...args], {
      cwd: folder,
      preferLocal: true,
      localDir: checkout,
      stdin: "ignore",
      reject: false,
      timeout: 1_200_000,
      env: {
        PATH: `${home}${delimiter}${process.env.PATH ?? ""}`,
        GCL_IGNORE_PREDEFINED_VARS: Object.keys(predefined).join(","),
      },
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are such.
const plain = (text: string) => text.replace(/\u001b\[[0-9;]*m/g, "");
