import { defineConfig } from "vitest/config";

// For the tests that `timonier new app` writes into a copy of apps/.
export default defineConfig({ test: { include: ["test/unit/apps/*.test.ts"] } });
