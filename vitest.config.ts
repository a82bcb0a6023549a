import { defineConfig } from "vitest/config";
import { vitestProjects } from "./test/lanes/lanes.js";
import { DurationsReporter } from "./test/support/durations-reporter.js";

// What a pipeline's variables say about its own stacks does not apply to the stacks of tests: each
// test has its own state.
const env = { PULUMI_BACKEND_URL: "", TIMONIER_OWN_BACKEND: "" };
const minutes = { testTimeout: 300_000, hookTimeout: 300_000 };

// A process loads Pulumi, cdk8s and the like once, instead of once for each of 136 files: that was
// two thirds of the CPU. So unit tests restore what they change (process.env, spies, mocked
// modules), and their order does not matter: `--sequence.shuffle`. The timeout is for a machine
// that is busy: the longest test takes 2 s of CPU.
const shared = { isolate: false, testTimeout: 60_000 };

/** File of the JSON report, from test/lanes/vitest.ts. */
const outputFile = process.env.TIMONIER_RESULTS;
const jsonReport: [string, { outputFile: string }][] = outputFile ? [["json", { outputFile }]] : [];

// One project for each lane of test/lanes/lanes.ts. Unit tests need no tools and take seconds; the
// others run real binaries.
export default defineConfig({
  test: {
    reporters: [
      process.env.CI ? "verbose" : "default",
      ...jsonReport,
      // What each test file and each of its commands took, in the folder that the variable names.
      ...(process.env.TIMONIER_DURATIONS ? [new DurationsReporter()] : []),
    ],
    maxWorkers: 2,
    projects: vitestProjects().map(({ name, ...files }) => ({
      test: { name, ...files, env, ...(name === "unit" ? shared : minutes) },
    })),
  },
});
