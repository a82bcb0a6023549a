// What the rehearsal of a tree takes that is built like a home-operations cluster: `node
// packages/kit/run.mjs bench/home-operations.ts`. 20 Kustomizations that depend on each other in
// three layers, 60 releases of one chart that is given as a folder. One merge changes the image of
// one release. Prints the figures; exits 1 when a limit is passed.
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import type { Report } from "@timonier/report/model";
import Table from "cli-table3";
import { type Files, makeClone, percentile, RehearsalBench, seconds, writeFiles } from "./rehearsal/bench.js";

/** Seconds. */
const LIMIT = { nothing: 60, warm: 10 };
const RUNS = Number(process.env.RUNS ?? 3);
const NAMESPACES = Number(process.env.NAMESPACES ?? 20);
const RELEASES_EACH = 3;

const chart: Files = {
  "app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 4.2.0\n",
  "app/values.yaml": "image: {repository: ghcr.io/example/app, tag: 1.0.0}\nport: 8080\n",
  "app/templates/all.yaml": `apiVersion: v1
kind: ServiceAccount
metadata: {name: "{{ .Release.Name }}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {port: "{{ .Values.port }}"}
---
apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}"}
spec: {selector: {app: "{{ .Release.Name }}"}, ports: [{port: {{ .Values.port }}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec:
      serviceAccountName: "{{ .Release.Name }}"
      containers:
        - {name: app, image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}", envFrom: [{configMapRef: {name: "{{ .Release.Name }}"}}]}
`,
};

/** Namespaces of the first layer are depended on by those of the second, and these by those of the third. */
function kustomization(at: number): string {
  const layer = Math.floor((at * 3) / NAMESPACES);
  const before = Math.floor(((layer - 1) * NAMESPACES) / 3);
  const dependsOn = layer === 0 ? "" : `, dependsOn: [{name: space-${before}}]`;
  return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: space-${at}, namespace: flux-system}
spec: {interval: 1h, path: ./apps/space-${at}, prune: true, wait: true, timeout: 5m, sourceRef: {kind: GitRepository, name: flux-system}${dependsOn}}
`;
}

const release = (namespace: string, name: string, tag: string) => `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  interval: 1h
  chart: {spec: {chart: app, version: 4.2.0, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}
  values: {image: {tag: ${tag}}}
`;

const path = (space: string, name: string) => `apps/${space}/${name}.yaml`;

function tree(): Files {
  const files: Record<string, string> = {
    "clusters/prod/charts.yaml": `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, url: "https://charts.example.com"}
`,
  };
  for (let at = 0; at < NAMESPACES; at++) {
    const space = `space-${at}`;
    files[`clusters/prod/${space}.yaml`] = kustomization(at);
    files[path(space, "namespace")] = `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${space}}\n`;
    for (let one = 0; one < RELEASES_EACH; one++)
      files[path(space, `app-${one}`)] = release(space, `app-${at}-${one}`, "1.0.0");
  }
  return files;
}

/** One release has another image, and with it its Deployment. */
function check(report: Report): void {
  if (report.verdict !== "safe" || report.changes.length !== 2)
    throw new Error(JSON.stringify(report, undefined, 1).slice(0, 4000));
}

const bench = await RehearsalBench.start();
let failed = true;
try {
  writeFiles(join(bench.root, "charts"), chart);
  const change = { [path("space-1", "app-1")]: release("space-1", "app-1-1", "1.0.1") };
  const cwd = makeClone(join(bench.root, "home"), tree(), change);
  const rehearsed = { cwd, check, sources: { "flux-system/charts": join(bench.root, "charts") } };
  const first = await bench.once(rehearsed);
  const warm = await bench.warm(rehearsed, RUNS);
  const table = new Table({ head: ["rehearsal", "p50", "p95", "limit"], style: { head: [], border: [] } });
  const what = `${NAMESPACES} Kustomizations, ${NAMESPACES * RELEASES_EACH} releases`;
  table.push([`${what}, from nothing`, seconds(first), "", `${LIMIT.nothing} s`]);
  const worst = percentile(warm, 0.95);
  table.push([`${what}, warm (${RUNS} runs)`, seconds(percentile(warm, 0.5)), seconds(worst), `${LIMIT.warm} s`]);
  console.log(table.toString());
  console.log(`${cpus().length} processors, load ${loadavg()[0]?.toFixed(1)}`);
  failed = first > LIMIT.nothing || worst > LIMIT.warm;
} finally {
  await bench.end();
}
process.exit(failed ? 1 : 0);
