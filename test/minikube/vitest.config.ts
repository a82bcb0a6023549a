import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { resultsFile } from "../lanes/results.js";

// One machine, one cluster: one file after the other, and each test goes on where the one before it stopped.
export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  test: {
    name: "minikube",
    include: ["test/minikube/**/*.test.ts"],
    reporters: ["verbose", ["json", { outputFile: resultsFile("minikube") }]],
    testTimeout: 1_200_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    bail: 1,
  },
});
