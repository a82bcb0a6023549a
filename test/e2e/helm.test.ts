import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newApp } from "../../cli/commands/new.js";
import { gitEnvironment } from "../../packages/kit/git.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { checkout } from "../../packages/kit/state-folder.js";
import { type ChartServer, serveCharts } from "../unit/cli/chart/chart-server.js";
import { pack, writeFiles } from "../unit/packages/charts/sample-chart.js";
import { apiOf, eventually } from "./cluster-support.js";
import { documentedCommands } from "./support/readme.js";
import { WorkingCopy } from "./support/working-copy.js";

// Applications of Helm charts on the embedded cluster, with the real helm-controller: charts of a
// repository, a registry, a Git repository and a folder. Each test goes on where the one before it
// stopped.

const charts = mkdtempSync(join(tmpdir(), "timonier-helm-"));
const [add = "", create = "", upgrade = ""] = documentedCommands("docs/apps.md", "Helm charts");
let copy: WorkingCopy;
let server: ChartServer;
let api: KubeApi;

const schema = {
  type: "object",
  additionalProperties: false,
  required: ["replicaCount", "greeting"],
  properties: {
    replicaCount: { type: "integer", minimum: 0 },
    greeting: { type: "string" },
    extra: { type: "string" },
    password: { type: "string" },
  },
};

const configMap = (data: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-settings"}
data:
  chart: "{{ .Chart.Version }}"
${data}`;

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec: {containers: [{name: web, image: "nginx:1.25.1"}]}
`;

/** The API server rejects the port, after Helm has changed the ConfigMap. */
const wrongService = `apiVersion: v1
kind: Service
metadata: {name: "{{ .Release.Name }}"}
spec: {ports: [{port: 99999}]}
`;

const definition = (fields: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Gadget, plural: gadgets, singular: gadget}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {${fields}}}}}}
`;

const metadata = (name: string, version: string) => `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;

const web = (version: string, more: Readonly<Record<string, string>> = {}) => ({
  "Chart.yaml": metadata("web", version),
  "values.yaml": "replicaCount: 1\ngreeting: hello\nextra: none\npassword: none\n",
  "values.schema.json": JSON.stringify(schema),
  "templates/map.yaml": configMap(`  extra: "{{ .Values.extra }}"
  password: "{{ .Values.password }}"
  greeting: "{{ .Values.greeting }} of ${version}"
`),
  "templates/deployment.yaml": deployment,
  ...more,
});

const gadgets = (version: string, fields: string) => ({
  "Chart.yaml": metadata("gadgets", version),
  "crds/gadgets.yaml": definition(fields),
  "templates/map.yaml": configMap(""),
});

const plain = (name: string) => ({
  "Chart.yaml": metadata(name, "1.0.0"),
  "values.yaml": "color: red\n",
  "templates/map.yaml": configMap('  color: "{{ .Values.color }}"\n'),
});

const page = readFileSync(join(checkout, "docs/apps.md"), "utf8");
const [documented = ""] = /^export const web = defineApplication[\s\S]*?^\}\);$/m.exec(page) ?? [];

/** The application in docs/apps.md, with values that need not be in the cluster from the start. */
const webApplication = `import { z } from "zod";
import { defineApplication } from "../constructs/application.js";
import { HelmApplication } from "../constructs/helm-application.js";
import { wholeNumber } from "../constructs/settings-schema.js";
import { chart } from "./charts/web.js";

${documented}
`
  .replace('targetPath: "auth.password" }', 'targetPath: "password", optional: true }')
  .replace("valuesFrom: [", 'valuesFrom: [{ configMap: "web-extra", optional: true }, ');

/** An application that needs web: its Kustomization waits for the one of the release. */
const shopApplication = (text: string) =>
  text
    .replace("import { WebService }", 'import { web } from "./web.js";\nimport { WebService }')
    .replace("  build:", "  dependsOn: [web],\n  build:");

beforeAll(async () => {
  const pin = async (name: string, version: string, files: Readonly<Record<string, string>>) =>
    writeFileSync(join(charts, `${name}-${version}.tgz`), await pack(files, name));
  await pin("web", "1.0.0", web("1.0.0"));
  await pin("web", "1.1.0", web("1.1.0"));
  await pin("web", "1.2.0", web("1.2.0", { "templates/service.yaml": wrongService }));
  await pin("gadgets", "1.0.0", gadgets("1.0.0", "size: {type: integer}"));
  await pin("gadgets", "1.1.0", gadgets("1.1.0", "size: {type: integer}, color: {type: string}"));
  gitRepository();
  server = await serveCharts(charts);
  copy = new WorkingCopy();
  writeFiles(join(copy.folder, "charts/local"), plain("local"));
});
afterAll(async () => {
  await copy?.remove();
  server?.close();
  rmSync(charts, { recursive: true, force: true });
});

/** A bare repository with a chart at the tag v1.0.0. */
function gitRepository(): void {
  const work = mkdtempSync(join(tmpdir(), "timonier-helm-git-"));
  writeFiles(join(work, "deploy/library"), plain("library"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", "-C", work, ...args], {
      env: gitEnvironment(),
    });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "chart");
  git("tag", "v1.0.0");
  git("clone", "-q", "--bare", ".", join(charts, "library.git"));
  rmSync(work, { recursive: true });
}

type Found = { readonly [key: string]: unknown } | undefined;
interface Release {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly interval: string };
  readonly status?: {
    readonly conditions?: ReadonlyArray<{
      type: string;
      status: string;
      reason: string;
      message: string;
      lastTransitionTime: string;
    }>;
    readonly history?: ReadonlyArray<{ chartVersion: string; status: string; version: number }>;
  };
}

const releasePath = (name: string) => `/apis/helm.toolkit.fluxcd.io/v2/namespaces/default/helmreleases/${name}`;
const releaseOf = (name: string) => api.find<Release>(releasePath(name));
const conditionOf = (release: Release | undefined, type: string) =>
  release?.status?.conditions?.find((one) => one.type === type);
const dataOf = async (name: string) =>
  (await api.find<{ data: Record<string, string> }>(`/api/v1/namespaces/default/configmaps/${name}-settings`))?.data;

async function publishAndMerge(): Promise<void> {
  const published = await copy.timonier("publish");
  expect(published.exitCode, published.all).toBe(0);
  const merged = await copy.timonier("merge");
  expect(merged.exitCode, merged.all).toBe(0);
}

/** What `flux reconcile` does. */
async function reconcile(name: string): Promise<void> {
  await api.call({
    method: "PATCH",
    path: releasePath(name),
    body: { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() } } },
  });
}

const edit = (path: string, change: (text: string) => string) =>
  writeFileSync(join(copy.folder, path), change(readFileSync(join(copy.folder, path), "utf8")));

test("charts of a repository, a registry, Git and a folder are installed by one up", async () => {
  // GIVEN
  const root = copy.folder;
  for (const command of [add, create]) {
    const said = await copy.run("bash", [
      "-c",
      command.replace("https://charts.example.org", `${server.url}/charts/s0`),
    ]);
    expect(said.exitCode, said.all).toBe(0);
  }
  writeFileSync(join(root, "apps/web.ts"), webApplication);
  edit("apps/settings.yaml", (text) => text.replace("web: {}", "web:\n  replicas: 2"));
  const registry = `${server.url.replace("http", "oci")}/h/s0/gadgets`;
  const added = await copy.timonier("chart", "add", registry, "1.0.0", "--plain-http");
  expect(added.exitCode, added.all).toBe(0);
  await newApp("gadgets", { root, kind: "chart", chart: "gadgets" });
  const git = `git+${server.url}/library.git//deploy/library`;
  await newApp("library", { root, kind: "chart", chart: git, version: "1.0.0" });
  await newApp("local", { root, kind: "chart", chart: "./charts/local" });
  await newApp("shop", { root });
  edit("apps/shop.ts", shopApplication);
  // WHEN
  const up = await copy.run("npm", ["run", "up"]);
  // THEN
  expect(up.all).toContain("everything is Ready");
  api = apiOf(copy.clusterFolder);
  expect(await dataOf("web")).toEqual({
    chart: "1.0.0",
    greeting: "hello of 1.0.0",
    extra: "none",
    password: "none",
  });
  // helm-controller adds the digest of a registry's chart to its version.
  expect(await dataOf("gadgets")).toEqual({ chart: expect.stringMatching(/^1\.0\.0\+[0-9a-f]{12}$/) });
  expect(await dataOf("library")).toMatchObject({ color: "red" });
  expect(await dataOf("local")).toMatchObject({
    color: "red",
    chart: expect.stringMatching(/^1\.0\.0\+[0-9a-f]{12}$/),
  });
  expect((await api.find<Found>("/apis/apps/v1/namespaces/default/deployments/web"))?.status).toMatchObject({
    readyReplicas: 2,
  });
});

test("an application that depends on a chart is applied after its release is Ready", async () => {
  const ready = conditionOf(await releaseOf("web"), "Ready");
  const shop = await api.find<{ metadata: { creationTimestamp: string } }>(
    "/apis/apps/v1/namespaces/default/deployments/shop",
  );
  expect(Date.parse(shop?.metadata.creationTimestamp ?? "")).toBeGreaterThanOrEqual(
    Date.parse(ready?.lastTransitionTime ?? ""),
  );
});

test("values of a ConfigMap and of a Secret are used, and are in no repository", async () => {
  const path = (plural: string) => `/api/v1/namespaces/default/${plural}`;
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web-extra" } };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "web" } };
  const data = { "values.yaml": "extra: from a ConfigMap" };
  await api.call({ method: "POST", path: path("configmaps"), body: { ...configMap, data } });
  await api.call({
    method: "POST",
    path: path("secrets"),
    body: { ...secret, stringData: { password: "canary-of-helm" } },
  });
  await reconcile("web");
  await eventually("the values", async () => (await dataOf("web"))?.password === "canary-of-helm");
  expect(await dataOf("web")).toMatchObject({ extra: "from a ConfigMap" });
});

test("values that the schema refuses are errors of synthesis that name the application and the field", async () => {
  const wrong = 'values: { replicaCounts: 2, greeting: 3, password: "plain" } as object,';
  edit("apps/web.ts", (text) => text.replace("values: { replicaCount: settings.replicas },", wrong));
  const refused = await copy.timonier("synth");
  writeFileSync(join(copy.folder, "apps/web.ts"), webApplication);
  expect(refused.exitCode).toBe(3);
  for (const error of [
    "release/web: values.replicaCounts: expected a field of the chart, which does not have this one; did you mean replicaCount?",
    "release/web: values.greeting: expected string, got number",
    "release/web: values.password: expected no secret in the repository",
  ]) {
    expect(refused.all).toContain(error);
  }
});

test("the rehearsal of an upgrade shows what differs in the rendered charts", async () => {
  // GIVEN
  const upgraded = await copy.run("bash", ["-c", upgrade]);
  expect(upgraded.stdout).toContain("web 1.0.0 → 1.1.0\nits values have the same fields");
  expect((await copy.timonier("chart", "upgrade", "gadgets", "1.1.0")).exitCode).toBe(0);
  edit("charts/local/values.yaml", (text) => text.replace("red", "blue"));
  // WHEN
  const own = { TIMONIER_REHEARSAL: join(copy.state, "rehearsal") };
  const rehearsed = await copy.shell("timeout 200 npx timonier rehearse --stack embedded --format markdown", own);
  await copy.run(process.execPath, ["cli/timonier.mjs", "rehearse", "--stop"], own);
  // THEN
  expect(rehearsed.exitCode, rehearsed.all).toBe(0);
  expect(rehearsed.stdout).toContain("-  greeting: hello of 1.0.0\n+  greeting: hello of 1.1.0\n");
  expect(rehearsed.stdout).toMatch(/\n- {2}color: red\n(?:[-+].*\n)*\+ {2}color: blue\n/);
  expect(rehearsed.stdout).toMatch(/updated `ConfigMap default\/gadgets-settings`/);
});

test("an upgrade changes the objects and the definitions of a chart", async () => {
  await publishAndMerge();
  await eventually("the upgrade of web", async () => (await dataOf("web"))?.greeting === "hello of 1.1.0");
  await eventually("the upgrade of gadgets", async () => (await dataOf("gadgets"))?.chart?.startsWith("1.1.0+"));
  await eventually("the upgrade of local", async () => (await dataOf("local"))?.color === "blue");
  const found = await api.find<Found>("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.org");
  expect(JSON.stringify(found?.spec)).toContain('"color"');
  const history = (await releaseOf("library"))?.status?.history ?? [];
  expect(history.map(({ version }) => version)).toEqual([1]);
});

test("what is changed by hand in the cluster is corrected", async () => {
  const path = "/api/v1/namespaces/default/configmaps/web-settings";
  const changed = {
    method: "PATCH",
    path,
    body: { data: { greeting: "by hand" } },
  } as const;
  await api.call(changed);
  await api.call({ method: "DELETE", path: "/apis/apps/v1/namespaces/default/deployments/web" });
  await reconcile("web");
  await eventually("the value", async () => (await dataOf("web"))?.greeting === "hello of 1.1.0");
  await eventually("the Deployment", async () => api.find("/apis/apps/v1/namespaces/default/deployments/web"));
});

test("an application that is no longer listed is uninstalled", async () => {
  edit("apps/applications.ts", (text) => text.replace(/import \{ local \}.*\n/, "").replace(/, local\b/, ""));
  edit("apps/settings.yaml", (text) => text.replace(/\n# Application local:.*\nlocal: \{\}\n/, "\n"));
  // For the next test, in the same merge.
  expect((await copy.timonier("chart", "upgrade", "web", "1.2.0")).exitCode).toBe(0);
  await publishAndMerge();
  await eventually("the end of the release", async () => (await releaseOf("local")) === undefined);
  await eventually("the end of its objects", async () => (await dataOf("local")) === undefined);
});

test("an upgrade that fails is rolled back", async () => {
  const failed = await eventually("the rollback", async () => {
    const release = await releaseOf("web");
    return conditionOf(release, "Remediated")?.status === "True" && release;
  });
  expect(conditionOf(failed, "Ready")).toMatchObject({ status: "False" });
  expect(JSON.stringify(failed.status?.conditions)).toMatch(/99999/);
  await eventually("the former objects", async () => (await dataOf("web"))?.greeting === "hello of 1.1.0");
});
