import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiObject, App, Duration } from "cdk8s";
import { afterEach, expect, test } from "vitest";
import { filesOf } from "../../../constructs/application.js";
import { readChartFolder } from "../../../constructs/chart-folder.js";
import { HelmApplication, type HelmApplicationProps } from "../../../constructs/helm-application.js";
import { type PinnedChart, pinnedChart } from "../../../constructs/pinned-chart.js";
import { named } from "../../../constructs/reference.js";
import { checkout } from "../../../packages/kit/state-folder.js";
import { renderTrees } from "../../../packages/manifests/tree.js";

interface Values {
  readonly replicaCount?: number;
}

const digest = `sha256:${"0".repeat(64)}`;
const http = pinnedChart<Values>({
  ...{ name: "web", version: "1.0.0+build", digest },
  source: { kind: "http", repository: "https://charts.example.org", chart: "web" },
});
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function build(props: Omit<HelmApplicationProps<Values>, "chart"> & { chart?: PinnedChart<Values> } = {}) {
  const app = new App({ outdir: "applications/shop", outputFileExtension: ".yaml" });
  const source = named("GitRepository", "myappsource", { namespace: "default", external: true });
  new HelmApplication(filesOf(app, source).file("release"), "shop", { chart: http, ...props });
  const errors = app.node.findAll().flatMap((one) => one.node.validate());
  const objects = app.node
    .findAll()
    .filter((one) => one instanceof ApiObject)
    .map((one) => one.toJson());
  return { app, errors, objects, release: objects.find(({ kind }) => kind === "HelmRelease") };
}

test("a chart of a repository is installed at its exact version, with safe defaults", () => {
  const { objects, errors } = build({ values: { replicaCount: 2 } });
  expect(errors).toEqual([]);
  expect(objects).toEqual([
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "HelmRepository",
      metadata: { name: "shop" },
      spec: { url: "https://charts.example.org", interval: "10m" },
    },
    {
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      metadata: {
        name: "shop",
        annotations: { "timonier/chart-version": "1.0.0+build", "timonier/chart-digest": digest },
      },
      spec: {
        chart: { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "shop" }, version: "1.0.0+build" } },
        interval: "10m",
        timeout: "5m",
        install: { crds: "CreateReplace", remediation: { retries: 3 } },
        upgrade: {
          crds: "CreateReplace",
          remediation: { retries: 3, remediateLastFailure: true, strategy: "rollback" },
        },
        driftDetection: { mode: "enabled" },
        values: { replicaCount: 2 },
      },
    },
  ]);
});

test("a chart of a registry is pinned by its digest, and keeps its version as the tag", () => {
  const chart = { ...http, source: { kind: "oci", url: "oci://registry.example.org/web", plainHttp: true } as const };
  const { objects, errors, release } = build({ chart, sourceSecretName: "login" });
  expect(errors).toEqual([]);
  expect(objects[0]).toMatchObject({
    kind: "OCIRepository",
    spec: {
      url: "oci://registry.example.org/web",
      ref: { tag: "1.0.0_build", digest },
      insecure: true,
      secretRef: { name: "login" },
      layerSelector: { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation: "copy" },
    },
  });
  expect(release.spec.chartRef).toEqual({ kind: "OCIRepository", name: "shop" });
});

test("a chart of a Git repository stays at its commit", () => {
  const commit = "a".repeat(40);
  const source = { kind: "git", url: "https://example.org/charts.git", path: "charts/web" } as const;
  const { objects, errors, release } = build({ chart: { ...http, source, digest: `sha1:${commit}` } });
  expect(errors).toEqual([]);
  expect(objects[0]).toMatchObject({ kind: "GitRepository", spec: { ref: { commit } } });
  expect(release.spec.chart.spec).toEqual({
    chart: "./charts/web",
    sourceRef: { kind: "GitRepository", name: "shop" },
    reconcileStrategy: "Revision",
  });
});

test("further values are references to Secrets and ConfigMaps", () => {
  const { release, errors } = build({
    valuesFrom: [
      { secret: "login", key: "password", targetPath: "auth.password" },
      { configMap: "extra", optional: true },
    ],
    timeout: Duration.minutes(20),
    ignoreDrift: [{ paths: ["/spec/replicas"], target: { kind: "Deployment" } }],
  });
  expect(errors).toEqual([]);
  expect(release.spec).toMatchObject({
    timeout: "20m",
    valuesFrom: [
      { kind: "Secret", name: "login", valuesKey: "password", targetPath: "auth.password" },
      { kind: "ConfigMap", name: "extra", optional: true },
    ],
    driftDetection: { mode: "enabled", ignore: [{ paths: ["/spec/replicas"], target: { kind: "Deployment" } }] },
  });
});

test("every wrong prop is named at once", () => {
  const values = { auth: { password: "canary" } } as unknown as Values;
  const { errors } = build({ values, valuesFrom: [{ secret: "Not A Name", targetPath: "" }], sourceSecretName: "A" });
  expect(errors.map((error) => error.split(":")[0])).toEqual(
    expect.arrayContaining([
      "values.auth.password",
      "valuesFrom[0].secret",
      "valuesFrom[0].targetPath",
      "sourceSecretName",
    ]),
  );
  expect(errors.join()).not.toContain("canary");
});

function chartFolder(files: Readonly<Record<string, string | Buffer>>): string {
  mkdirSync(join(checkout, ".timonier"), { recursive: true });
  const folder = mkdtempSync(join(checkout, ".timonier", "chart-"));
  folders.push(folder);
  mkdirSync(join(folder, "templates"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder.slice(checkout.length + 1);
}

const files = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0 # first\n",
  ".helmignore": "*.md\n",
  "templates/a.yaml": "{{ .Values.a }}\n",
};

test("the files of a chart in a folder are beside the manifests, and only the manifests are applied", () => {
  // GIVEN
  const path = chartFolder(files);
  // WHEN
  const { app, errors, release } = build({
    chart: { name: "web", version: "1.0.0", source: { kind: "folder", path } },
  });
  const { application } = renderTrees({ setup: [], application: [{ folder: "applications", apps: [app] }] });
  // THEN
  expect(errors).toEqual([]);
  expect(release.spec.chart.spec).toEqual({
    chart: "./applications/shop/charts/shop",
    sourceRef: { kind: "GitRepository", name: "myappsource", namespace: "default" },
  });
  expect(application.get("applications/shop/kustomization.yaml")).toMatch(/resources:\n {2}- release\.yaml\n/);
  expect(application.get("applications/shop/charts/shop/templates/a.yaml")).toBe("{{ .Values.a }}\n");
  expect(application.get("applications/shop/charts/shop/Chart.yaml")).toMatch(
    /version: "1\.0\.0\+[0-9a-f]{12}" # first/,
  );
  expect(application.get("applications/.timonier-tree.json")).toContain("shop/charts/shop/.helmignore");
});

test("the version of a chart in a folder changes with any of its files", () => {
  const path = chartFolder(files);
  const version = () =>
    readChartFolder(path, "charts/shop").files.find((one) => one.path.endsWith("Chart.yaml"))?.content;
  const before = version();
  expect(version()).toBe(before);
  writeFileSync(join(checkout, path, "templates/a.yaml"), "{{ .Values.b }}\n");
  expect(version()).not.toBe(before);
});

test("a folder without a chart, and a file that is not text, are errors", () => {
  expect(readChartFolder(chartFolder({ "a.yaml": "" }), "charts/shop").errors[0]).toMatch(
    /expected a folder with a Chart/,
  );
  const path = chartFolder({ ...files, "logo.png": Buffer.from([0xff, 0xfe, 0x00]) });
  expect(readChartFolder(path, "charts/shop").errors[0]).toMatch(/logo\.png is not text/);
});
