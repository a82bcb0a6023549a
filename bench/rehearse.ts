// What a rehearsal takes: `node core/run.mjs bench/rehearse.ts`. From nothing, again with everything kept, and trees of 100
// applications with 1,000 objects of which one changes: all of them by one Kustomization, as this program delivers
// applications, and each by its own; and of these once with a quota that is new, which may reach all of them. Prints the
// figures; exits 1 when a limit is passed.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Table from "cli-table3";
import { StateFolder } from "../core/state.js";
import { clusterToolNames } from "../embedded/cluster/tools.js";
import { rehearsalLayout } from "../embedded/rehearsal/layout.js";
import { exclusively, isSetBack, leaveWarm, stopRehearsal } from "../embedded/rehearsal/lifetime.js";
import { rehearse } from "../embedded/rehearsal/rehearse.js";
import { ensureTools } from "../embedded/toolchain/ensure.js";

/** Seconds. */
const LIMIT = { small: 5, large: 10 };
const RUNS = Number(process.env.RUNS ?? 7);
const APPS = 100;

const root = mkdtempSync(join(tmpdir(), "timonier-bench-"));
const layout = rehearsalLayout(join(root, "plane"));
const tools = await ensureTools([...clusterToolNames, "flux"], {
  binDir: new StateFolder().bin,
  progress: console.error,
});
const starting = { tools, flux: tools.flux, progress: () => {} };

const sync = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, ref: {branch: main}, url: "https://git.example.com/setup.git"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/prod, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
`;

/** What applies applications. */
type Delivery = "together" | "each";

const kustomization = (name: string, path: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 10m, path: ${path}, prune: true, targetNamespace: default, sourceRef: {kind: GitRepository, name: flux-system}}
`;

function app(name: string, replicas: number): Record<string, string> {
  const map = (at: number) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}-${at}}\ndata: {key: value}\n`;
  const maps = Array.from({ length: 7 }, (_, at) => map(at)).join("---\n");
  const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: web, image: "nginx:1.25.1"}]}
`;
  const service = `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n`;
  return {
    [`apps/${name}/web.yaml`]: web,
    [`apps/${name}/service.yaml`]: service,
    [`apps/${name}/config.yaml`]: maps,
  };
}

/** A quota that all of them together stay below. */
const quota: Readonly<Record<string, string>> = {
  "apps/app-0/quota.yaml": `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota}\nspec: {hard: {configmaps: "10000"}}\n`,
};

function clone(folder: string, apps: number, delivery: Delivery, change = app("app-0", 2)): string {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=b", "-c", "user.email=b@example.com", ...args], { cwd: folder });
  const write = (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  };
  git("init", "-q", "-b", "main");
  write({ "clusters/prod/flux-system/gotk-sync.yaml": sync });
  if (delivery === "together") write({ "clusters/prod/apps.yaml": kustomization("apps", "./apps") });
  for (let at = 0; at < apps; at++) {
    const name = `app-${at}`;
    write(app(name, 1));
    if (delivery === "each") write({ [`clusters/prod/${name}.yaml`]: kustomization(name, `./apps/${name}`) });
  }
  git("add", "-A");
  git("commit", "-q", "-m", "base");
  git("checkout", "-q", "-b", "change");
  write(change);
  git("add", "-A");
  git("commit", "-q", "-m", "change");
  return folder;
}

async function once(cwd: string): Promise<number> {
  const start = Date.now();
  await exclusively(layout, starting.progress, async () => {
    const report = await rehearse(layout, { cwd, sources: {}, assume: [], timeout: 180_000 }, starting, {});
    if (report.verdict !== "safe" || report.changes.length !== 1)
      throw new Error(JSON.stringify(report, undefined, 1).slice(0, 4000));
    leaveWarm(layout, starting);
  });
  return (Date.now() - start) / 1000;
}

/** A rehearsal that finds the control plane at its base: what follows one in the background is not part of the next. */
async function warm(cwd: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await keeperDone();
    times.push(await once(cwd));
  }
  return times.sort((one, other) => one - other);
}

/** Until the control plane is back at its base and halted. */
async function keeperDone(): Promise<void> {
  while (!isSetBack(layout)) await sleep(200);
}

const percentile = (times: readonly number[], share: number) =>
  times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? 0;
const shown = (seconds: number) => `${seconds.toFixed(1)} s`;

let failed = true;
try {
  const small = clone(join(root, "small"), 3, "each");
  const table = new Table({ head: ["rehearsal", "p50", "p95", "limit"], style: { head: [], border: [] } });
  const measured: boolean[] = [];
  const measure = async (what: string, first: string, cwd: string, limit: number) => {
    table.push([`${what}, ${first}`, shown(await once(cwd)), "", ""]);
    const times = await warm(cwd);
    const worst = percentile(times, 0.95);
    table.push([`${what}, warm (${RUNS} runs)`, shown(percentile(times, 0.5)), shown(worst), `${limit} s`]);
    measured.push(worst <= limit);
  };
  await measure("3 applications", "from nothing", small, LIMIT.small);
  const objects = `${APPS} applications, ${APPS * 10} objects`;
  const together = clone(join(root, "together"), APPS, "together");
  await measure(`${objects}, one Kustomization`, "base not kept", together, LIMIT.large);
  const each = clone(join(root, "each"), APPS, "each");
  await measure(`${objects}, ${APPS} Kustomizations`, "base not kept", each, LIMIT.large);
  const all = clone(join(root, "all"), APPS, "each", quota);
  await keeperDone();
  table.push([`the same, a change that may reach all, warm`, shown(await once(all)), "", ""]);
  console.log(table.toString());
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`);
  failed = measured.includes(false);
} finally {
  await stopRehearsal(layout);
  rmSync(root, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
