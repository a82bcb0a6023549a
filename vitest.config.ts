import { defineConfig } from "vitest/config";

// What a pipeline's variables say of its own stacks is not for the stacks of tests: each has its state for itself.
const env = { PULUMI_BACKEND_URL: "", TIMONIER_OWN_BACKEND: "" };
const minutes = { testTimeout: 300_000, hookTimeout: 300_000 };

// unit: no tool needed, seconds. e2e: real binaries, real processes, minutes. rehearsal: predictions against what really happens.
export default defineConfig({
  test: {
    reporters: process.env.CI ? ["verbose", ["json", { outputFile: "dist/test-results.json" }]] : ["default"],
    maxWorkers: 2,
    projects: [
      { test: { name: "unit", env, include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 } },
      { test: { name: "e2e", env, include: ["test/e2e/**/*.test.ts"], ...minutes } },
      { test: { name: "rehearsal", env, include: ["test/rehearsal/**/*.test.ts"], testTimeout: 20_000 } },
    ],
  },
});
