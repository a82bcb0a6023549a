import { join } from "node:path";
import { execa } from "execa";
import { progress } from "../../cli/terminal.js";
import { toolNamesOf } from "../../infra/cluster/kinds.js";
import { checkout, StateFolder } from "../../packages/kit/state-folder.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import type { LaneName } from "./lanes.js";
import { clearResults, resultsFile } from "./results.js";

/**
 * Runs the tests of some lanes in one vitest.
 *
 * @param run name of its JSON report
 * @param projects lanes to run; empty: the arguments say what runs
 * @param args further arguments of vitest
 * @returns the exit code
 */
export async function runVitest(
  run: string,
  projects: readonly LaneName[],
  args: readonly string[] = [],
): Promise<number> {
  const bin = new StateFolder().bin;
  // Unit tests need no tools.
  if (projects.length !== 1 || projects[0] !== "unit") {
    const imageAutomation = projects.length === 0 || projects.includes("e2e");
    await ensureTools(toolNamesOf("embedded", { imageAutomation }), { binDir: bin, progress });
  }
  clearResults(run);
  const selected = projects.flatMap((name) => ["--project", name]);
  const { exitCode } = await execa("vitest", ["run", ...selected, ...args], {
    cwd: checkout,
    preferLocal: true,
    stdio: "inherit",
    reject: false,
    // Read by vitest.config.ts.
    env: {
      TIMONIER_BIN: bin,
      TIMONIER_RESULTS: resultsFile(run),
      TIMONIER_DURATIONS: join(checkout, "dist", "durations"),
    },
  });
  return exitCode ?? 1;
}
