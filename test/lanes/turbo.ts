import { execa } from "execa";
import { z } from "zod";
import { checkout } from "../../packages/kit/state-folder.js";
import type { LaneName } from "./lanes.js";
import { describeMachine } from "./machine.js";
import { laneCache } from "./records.js";

/** The part of turbo's dry run that is read here. @see https://turborepo.com/docs/reference/run#--dry----dry-run */
const dryRun = z.object({
  tasks: z.array(z.object({ task: z.string(), cache: z.object({ status: z.enum(["HIT", "MISS"]) }) })),
});

const script = (lane: LaneName) => `lane:${lane}`;

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
  const { stdout, stderr, exitCode } = await turbo([...names.map(script), "--dry=json"], "pipe");
  if (exitCode !== 0) throw new Error(`turbo cannot read turbo.json: ${stderr || stdout}`);
  return hits(String(stdout), names);
}

/** Lanes that a dry run found in the cache. */
export function hits(text: string, names: readonly LaneName[]): ReadonlySet<LaneName> {
  const { tasks } = dryRun.parse(JSON.parse(text.slice(text.indexOf("{"))));
  const found = new Set(tasks.filter(({ cache }) => cache.status === "HIT").map(({ task }) => task));
  return new Set(names.filter((name) => found.has(script(name))));
}

/** Runs one lane and shows its output; a pass is remembered. @returns the exit code */
export async function runLane(name: LaneName, force: boolean): Promise<number> {
  const args = [script(name), "--output-logs=new-only", "--log-prefix=none", ...(force ? ["--force"] : [])];
  return (await turbo(args, "inherit")).exitCode ?? 1;
}
