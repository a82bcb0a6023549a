import { execa } from "execa";
import { z } from "zod";
import { checkout } from "../../packages/kit/state-folder.js";
import type { LaneName } from "./lanes.js";
import { describeMachine } from "./machine.js";
import { laneCache } from "./records.js";

/**
 * The part of turbo's dry run that is read here.
 *
 * @see https://turborepo.com/docs/reference/run#--dry----dry-run
 */
const dryRun = z.object({
  tasks: z.array(z.object({ taskId: z.string(), cache: z.object({ status: z.enum(["HIT", "MISS"]) }) })),
});

/**
 * A lane's task. `//` is the root package: without it turbo looks for the script in each workspace,
 * and runs nothing.
 */
const taskOf = (lane: LaneName) => `//#lane:${lane}`;

function turbo(args: readonly string[], stdio: "inherit" | "pipe") {
  return execa("turbo", ["run", ...args, `--cache-dir=${laneCache()}`], {
    cwd: checkout,
    preferLocal: true,
    stdin: "ignore",
    stdout: stdio,
    stderr: stdio,
    reject: false,
    env: {
      TIMONIER_LANE_MACHINE: describeMachine(),
      TURBO_TELEMETRY_DISABLED: "1",
      TURBO_NO_UPDATE_NOTIFIER: "1",
    },
  });
}

/** Those of the lanes whose inputs (turbo.json) are the same as in their last pass on this machine. */
export async function unchangedLanes(names: readonly LaneName[]): Promise<ReadonlySet<LaneName>> {
  if (names.length === 0) return new Set();
  const { stdout, stderr, exitCode } = await turbo([...names.map(taskOf), "--dry=json"], "pipe");
  if (exitCode !== 0) throw new Error(`turbo cannot read turbo.json: ${stderr || stdout}`);
  return hits(String(stdout), names);
}

/**
 * Lanes that a dry run found in the cache.
 *
 * @throws Error for a lane that turbo would not run
 */
export function hits(text: string, names: readonly LaneName[]): ReadonlySet<LaneName> {
  const { tasks } = dryRun.parse(JSON.parse(text.slice(text.indexOf("{"))));
  const statuses = new Map(tasks.map(({ taskId, cache }) => [taskId, cache.status]));
  return new Set(
    names.filter((name) => {
      const status = statuses.get(taskOf(name));
      if (status === undefined) throw new Error(`turbo does not run the task ${taskOf(name)} of turbo.json`);
      return status === "HIT";
    }),
  );
}

/** Runs one lane and shows its output; a pass is remembered. @returns the exit code */
export async function runLane(name: LaneName, force: boolean): Promise<number> {
  const args = [taskOf(name), "--output-logs=new-only", "--log-prefix=none", ...(force ? ["--force"] : [])];
  return (await turbo(args, "inherit")).exitCode ?? 1;
}
