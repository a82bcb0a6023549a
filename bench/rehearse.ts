// What a rehearsal takes: `node packages/kit/run.mjs bench/rehearse.ts`. From nothing, again with
// everything kept, and trees of 100 applications with 1,000 objects of which one changes: all of
// them by one Kustomization, as this program delivers applications, and each by its own; and of
// these once with a quota that is new, which may reach all of them. Prints the figures; exits 1
// when a limit is passed.
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Report } from "@timonier/report/model";
import Table from "cli-table3";
import { type Files, makeClone, percentile, RehearsalBench, seconds } from "./rehearsal/bench.js";

/** Seconds. */
const LIMIT = { small: 5, large: 10 };
const RUNS = Number(process.env.RUNS ?? 7);
const APPS = 100;

/** What applies applications. */
type Delivery = "together" | "each";

const kustomization = (name: string, path: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: ${name}, namespace: flux-system}
spec: {interval: 10m, path: ${path}, prune: true, targetNamespace: default, sourceRef: {kind: GitRepository, name: flux-system}}
`;

function app(name: string, replicas: number): Files {
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
const quota: Files = {
  "apps/app-0/quota.yaml": `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: quota}\nspec: {hard: {configmaps: "10000"}}\n`,
};

function clone(folder: string, apps: number, delivery: Delivery, change = app("app-0", 2)): string {
  const names = Array.from({ length: apps }, (_, at) => `app-${at}`);
  const tree: Record<string, string> = Object.assign({}, ...names.map((name) => app(name, 1)));
  if (delivery === "together") tree["clusters/prod/apps.yaml"] = kustomization("apps", "./apps");
  else for (const name of names) tree[`clusters/prod/${name}.yaml`] = kustomization(name, `./apps/${name}`);
  return makeClone(folder, tree, change);
}

/** Each tree changes one object. */
function check(report: Report): void {
  if (report.verdict !== "safe" || report.changes.length !== 1)
    throw new Error(JSON.stringify(report, undefined, 1).slice(0, 4000));
}

const bench = await RehearsalBench.start();
let failed = true;
try {
  const small = clone(join(bench.root, "small"), 3, "each");
  const table = new Table({ head: ["rehearsal", "p50", "p95", "limit"], style: { head: [], border: [] } });
  const measured: boolean[] = [];
  const measure = async (what: string, first: string, cwd: string, limit: number) => {
    table.push([`${what}, ${first}`, seconds(await bench.once({ cwd, check })), "", ""]);
    const times = await bench.warm({ cwd, check }, RUNS);
    const worst = percentile(times, 0.95);
    table.push([`${what}, warm (${RUNS} runs)`, seconds(percentile(times, 0.5)), seconds(worst), `${limit} s`]);
    measured.push(worst <= limit);
  };
  await measure("3 applications", "from nothing", small, LIMIT.small);
  const objects = `${APPS} applications, ${APPS * 10} objects`;
  const together = clone(join(bench.root, "together"), APPS, "together");
  await measure(`${objects}, one Kustomization`, "base not kept", together, LIMIT.large);
  const each = clone(join(bench.root, "each"), APPS, "each");
  await measure(`${objects}, ${APPS} Kustomizations`, "base not kept", each, LIMIT.large);
  const all = clone(join(bench.root, "all"), APPS, "each", quota);
  await bench.restoreInPlace();
  table.push([`the same, a change that may reach all, warm`, seconds(await bench.once({ cwd: all, check })), "", ""]);
  console.log(table.toString());
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`);
  failed = measured.includes(false);
} finally {
  await bench.end();
}
process.exit(failed ? 1 : 0);
