import { execa } from "execa";
import { checkout } from "../../packages/kit/state-folder.js";
import { writeResults } from "./results.js";

const checks = ["lint", "types", "boundaries", "unused"] as const;

/**
 * Lane `checks`: what has to hold for the code without running it. Each check counts as one test.
 *
 * @returns the exit code
 */
export async function runChecks(): Promise<number> {
  const failed: string[] = [];
  for (const check of checks) {
    console.log(`== npm run ${check}`);
    const { exitCode } = await execa("npm", ["run", "--silent", check], {
      cwd: checkout,
      stdio: "inherit",
      reject: false,
    });
    if (exitCode !== 0) failed.push(check);
  }
  writeResults("checks", { passed: checks.length - failed.length, failed: failed.length, skipped: 0 });
  return failed.length === 0 ? 0 : 1;
}
