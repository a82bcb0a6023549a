import { defineConfig } from "vitest/config";

// unit: no tool needed, seconds. e2e: real binaries, real processes, minutes. rehearsal: predictions against what really happens.
export default defineConfig({
  test: {
    reporters: process.env.CI ? ["verbose", ["json", { outputFile: "dist/test-results.json" }]] : ["default"],
    maxWorkers: 2,
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
      { test: { name: "rehearsal", include: ["test/rehearsal/**/*.test.ts"], testTimeout: 20_000 } },
    ],
  },
});
