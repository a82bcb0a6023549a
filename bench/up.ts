// From nothing to Ready with the tools at hand: `node --import tsx bench/up.ts`. Prints the parts, and memory at its peak
// and at rest; exits 1 when a limit is passed.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { checkout } from "../core/state.js";
import { type Resident, residentOf } from "./resident.js";

const LIMIT = { seconds: 40, bytes: 1.5e9 };

interface EngineEvent {
  readonly timestamp: number;
  readonly resourcePreEvent?: {
    readonly metadata: { readonly urn: string; readonly type: string; readonly op: string };
  };
  readonly resOutputsEvent?: { readonly metadata: { readonly urn: string; readonly type: string } };
}

const state = mkdtempSync(join(tmpdir(), "timonier-bench-"));
const eventLog = join(state, "events.json");
const environment = { ...process.env, TIMONIER_STATE: state, PULUMI_OPTION_EVENT_LOG: eventLog };

async function timonier(verb: string): Promise<{ code: number; seconds: number; peak: Resident }> {
  const start = Date.now();
  let peak: Resident = { rss: 0, pss: 0, processes: 0 };
  const sampler = setInterval(() => {
    const now = residentOf(state);
    if (now.pss > peak.pss) peak = now;
  }, 500);
  const child = spawn(process.execPath, [join(checkout, "cli/timonier.mjs"), verb], {
    env: environment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? 1)));
  clearInterval(sampler);
  return { code, seconds: (Date.now() - start) / 1000, peak };
}

/** Seconds from the first event of a part to its last. */
function span(events: readonly EngineEvent[], isPart: (type: string) => boolean): number {
  const times = events
    .map((event) => ({ time: event.timestamp, type: (event.resourcePreEvent ?? event.resOutputsEvent)?.metadata.type }))
    .filter(({ type }) => type !== undefined && isPart(type))
    .map(({ time }) => time);
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
}

let failed = true;
try {
  const up = await timonier("up");
  const rest = residentOf(state);
  const events = readFileSync(eventLog, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  const applied = Math.max(...events.filter((one) => one.resOutputsEvent).map((one) => one.timestamp));
  const ended = Math.max(...events.map((one) => one.timestamp));
  const again = await timonier("up");
  const table = new Table({ head: ["from nothing to Ready", "figure"], style: { head: [], border: [] } });
  table.push(
    ["cluster", `${span(events, (type) => type === "timonier:embedded:Cluster")} s`],
    [
      "GitLab: server, projects, tokens, protection",
      `${span(events, (type) => /^gitlab:|GitLab|:gitlab:/.test(type))} s`,
    ],
    ["Flux: controllers, Secrets, root", `${span(events, (type) => type.startsWith("kubernetes:"))} s`],
    ["first reconciliation", `${ended - applied} s`],
    ["all of it", `${up.seconds.toFixed(1)} s (limit ${LIMIT.seconds} s)`],
    ["second run, nothing to do", `${again.seconds.toFixed(1)} s`],
    ["resident at its peak (PSS; RSS)", `${mega(up.peak.pss)}; ${mega(up.peak.rss)}, ${up.peak.processes} processes`],
    [
      "resident at rest (PSS; RSS)",
      `${mega(rest.pss)}; ${mega(rest.rss)}, ${rest.processes} processes (limit ${mega(LIMIT.bytes)})`,
    ],
  );
  console.log(table.toString());
  failed = up.code !== 0 || again.code !== 0 || up.seconds > LIMIT.seconds || rest.rss > LIMIT.bytes;
} finally {
  const down = await timonier("down");
  if (down.code === 0) rmSync(state, { recursive: true, force: true });
  else console.error(`kept ${state}: down failed`);
}
process.exitCode = failed ? 1 : 0;

function mega(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
