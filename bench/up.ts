// From nothing to Ready with the tools at hand: `node packages/kit/run.mjs bench/up.ts`. Prints the
// parts, and memory at its peak and at rest; exits 1 when a limit is passed.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { checkout } from "@timonier/kit/state-folder";
import Table from "cli-table3";
import { type Resident, residentOf } from "./resident.js";

const LIMIT = { seconds: 40, bytes: 1.5 * 2 ** 30 };

/** A line of Pulumi's output and when it came, in milliseconds since the epoch. */
interface Line {
  readonly time: number;
  readonly text: string;
}

const state = mkdtempSync(join(tmpdir(), "timonier-bench-"));
const environment = { ...process.env, TIMONIER_STATE: state };

async function timonier(verb: string): Promise<{ code: number; seconds: number; peak: Resident; lines: Line[] }> {
  const start = Date.now();
  let peak: Resident = { pss: 0, files: 0, processes: 0, parts: new Map() };
  const sampler = setInterval(() => {
    const now = residentOf(state);
    if (now.pss > peak.pss) peak = now;
  }, 500);
  const child = spawn(process.execPath, [join(checkout, "cli/timonier.mjs"), verb], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: Line[] = [];
  createInterface(child.stdout).on("line", (text) => lines.push({ time: Date.now(), text }));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? 1)));
  clearInterval(sampler);
  return { code, seconds: (Date.now() - start) / 1000, peak, lines };
}

/** Seconds from the first line about a part's resources to the last one. */
function span(lines: readonly Line[], part: RegExp): string {
  const times = lines.filter(({ text }) => part.test(text) && /creat(ing|ed)/.test(text)).map(({ time }) => time);
  return times.length === 0 ? "none" : `${((Math.max(...times) - Math.min(...times)) / 1000).toFixed(1)} s`;
}

let failed = true;
try {
  const up = await timonier("up");
  const ended = Date.now();
  const rest = residentOf(state);
  const waiting = up.lines.filter(({ text }) => text.includes("waiting for the delivery"));
  const again = await timonier("up");
  const table = new Table({ head: ["from nothing to Ready", "figure"], style: { head: [], border: [] } });
  table.push(
    ["cluster", span(up.lines, /timonier:embedded:Cluster /)],
    [
      "GitLab: server, projects, tokens, protection",
      span(up.lines, /timonier:embedded:GitLab | gitlab:|timonier:gitlab:/),
    ],
    ["Flux: controllers, Secrets, root", span(up.lines, / kubernetes:/)],
    ["first reconciliation", `${((ended - (waiting[0]?.time ?? ended)) / 1000).toFixed(1)} s`],
    ["all of it", `${up.seconds.toFixed(1)} s (limit ${LIMIT.seconds} s)`],
    ["second run, nothing to do", `${again.seconds.toFixed(1)} s`],
    ["resident when Ready (PSS)", described(rest)],
    ["at the peak, with Pulumi's engine and plugins", `${described(up.peak)} (limit ${mega(LIMIT.bytes)})`],
    ...[...up.peak.parts]
      .sort(([, one], [, other]) => other - one)
      .slice(0, 12)
      .map(([name, bytes]): [string, string] => [`  of it ${name}`, mega(bytes)]),
  );
  console.log(table.toString());
  failed = up.code !== 0 || again.code !== 0 || up.seconds > LIMIT.seconds || up.peak.pss > LIMIT.bytes;
} finally {
  const down = await timonier("down");
  if (down.code === 0) rmSync(state, { recursive: true, force: true });
  else console.error(`kept ${state}: down failed`);
}
process.exitCode = failed ? 1 : 0;

function mega(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function described({ pss, files, processes }: Resident): string {
  return `${mega(pss)}, ${mega(files)} of it programs' files, ${processes} processes`;
}
