import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { stopRehearsal } from "../../packages/rehearsal/engine/lifetime.js";
import { readContent } from "../../packages/rehearsal/engine/provided/content.js";
import type { Report } from "../../packages/report/model.js";
import {
  commit,
  type Files,
  git,
  gotkSync,
  makeClone,
  nameOf,
  rehearsals,
  said,
  setupUrl,
  writeFiles,
} from "./rehearsal-support.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "rehearse-charts-")));
const setup = join(root, "setup");
const { layout, rehearsal } = rehearsals(join(root, "plane"));

/** Files of a chart that has one ConfigMap. */
function chart(name: string, version: string, greeting: string): Files {
  return {
    "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    "templates/settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data:
  greeting: ${greeting}
  host: {{ required "host is required" .Values.host }}
`,
  };
}

const source = (kind: string, name: string, spec: string) =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: default}\nspec: {interval: 1h, ${spec}}\n`;

const release = (name: string, from: string, values = "{host: a.example.com}") =>
  `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: ${name}, namespace: default}
spec:
  interval: 1h
  ${from}
  values: ${values}
`;

const fromRepository = (repository: string, version: string, name = "web") =>
  `chart: {spec: {chart: ${name}, version: "${version}", sourceRef: {kind: HelmRepository, name: ${repository}}}}`;

const base: Files = {
  "clusters/prod/flux-system/gotk-sync.yaml": gotkSync,
  "clusters/prod/charts.yaml": source("HelmRepository", "charts", "url: https://charts.example.invalid"),
  "clusters/prod/registry.yaml": source(
    "HelmRepository",
    "registry",
    "type: oci, url: 'oci://registry.example.invalid/charts', secretRef: {name: login}",
  ),
  "clusters/prod/chart.yaml": source(
    "OCIRepository",
    "chart",
    `url: 'oci://registry.example.invalid/charts/web', ref: {tag: 1.0.0, digest: "sha256:${"0".repeat(64)}"}, verify: {provider: cosign}, ` +
      "layerSelector: {mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip, operation: copy}",
  ),
  "clusters/prod/manifests.yaml": source(
    "OCIRepository",
    "manifests",
    "url: 'oci://registry.example.invalid/manifests', ref: {tag: v1}",
  ),
  "clusters/prod/web.yaml": release("web", fromRepository("charts", "1.0.0")),
  "clusters/prod/range.yaml": release("range", fromRepository("charts", ">=1.0.0 <2.0.0")),
  "clusters/prod/oci.yaml": release("oci", fromRepository("registry", "1.x")),
  "clusters/prod/ref.yaml": release("ref", "chartRef: {kind: OCIRepository, name: chart}"),
  "clusters/prod/applied.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: applied, namespace: default}
spec: {interval: 1h, path: ., prune: true, targetNamespace: default, sourceRef: {kind: OCIRepository, name: manifests}}
`,
};

const charts = join(root, "charts");
const manifests = join(root, "manifests");
const layoutFolder = join(root, "layout");
const sources = {
  "default/charts": charts,
  "default/registry": layoutFolder,
  "default/chart": charts,
  "default/manifests": manifests,
};

beforeAll(async () => {
  await makeClone(setup, setupUrl, base);
  writeFiles(join(charts, "web-1.0.0"), chart("web", "1.0.0", "hello"));
  writeFiles(join(root, "packed", "web"), chart("web", "1.1.0", "welcome"));
  await create({ cwd: join(root, "packed"), gzip: true, file: join(charts, "web-1.1.0.tgz") }, ["web"]);
  writeFiles(join(charts, "web-2.0.0"), chart("web", "2.0.0", "good day"));
  await writeLayout();
  writeFiles(manifests, {
    "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-artifact}\ndata: {a: b}\n",
  });
});

beforeEach(async () => {
  await git(setup, "checkout", "-q", "-B", "change", "main");
});

afterAll(async () => {
  await stopRehearsal(layout);
  rmSync(root, { recursive: true, force: true });
});

/** The charts as an OCI image layout. */
async function writeLayout(): Promise<void> {
  const { images } = await readContent(charts, false);
  const index = images.tagged.map(({ tag, digest }) => ({
    digest,
    annotations: { "org.opencontainers.image.ref.name": tag },
  }));
  const blobs = [...images.blobs, ...[...images.manifests].map(([digest, one]) => [digest, one.content] as const)];
  mkdirSync(join(layoutFolder, "blobs", "sha256"), { recursive: true });
  for (const [digest, content] of blobs) writeFileSync(join(layoutFolder, "blobs", digest.replace(":", "/")), content);
  writeFileSync(join(layoutFolder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(layoutFolder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: index }));
}

async function rehearse(files: Files, given: Record<string, string> = sources): Promise<Report> {
  await commit(setup, files);
  return await rehearsal({ cwd: setup, base: "main", sources: given });
}

const readyOf = ({ reconciliations }: Report) =>
  Object.fromEntries(reconciliations.map(({ ref, ready }) => [`${ref.kind} ${ref.namespace}/${ref.name}`, ready]));

function diffOf({ changes }: Report, name: string): string {
  return changes.find((one) => nameOf(one) === name)?.diff ?? "";
}

test("renders, applies and compares releases whose charts are given", async () => {
  const report = await rehearse({ "clusters/prod/web.yaml": release("web", fromRepository("charts", "1.1.0")) });
  expect({ ready: readyOf(report), gaps: report.notEvaluated, said: said(report) }).toEqual({
    ready: {
      "HelmRelease default/oci": "True",
      "HelmRelease default/range": "True",
      "HelmRelease default/ref": "True",
      "HelmRelease default/web": "True",
      "Kustomization default/applied": "True",
      "Kustomization flux-system/flux-system": "True",
    },
    gaps: [],
    said: ["updated ConfigMap default/web", "updated HelmRelease default/web"],
  });
  expect(diffOf(report, "updated ConfigMap default/web")).toMatch(/-\s+greeting: hello\n\+\s+greeting: welcome/);
  expect(report.verdict).toBe("safe");
});

test("shows sources as they are written", async () => {
  const report = await rehearse({
    "clusters/prod/registry.yaml": source(
      "HelmRepository",
      "registry",
      "type: oci, url: 'oci://other.example.invalid/charts', secretRef: {name: other}",
    ),
  });
  expect(said(report)).toEqual(["updated HelmRepository default/registry"]);
  const diff = diffOf(report, "updated HelmRepository default/registry");
  expect(diff).toContain("oci://other.example.invalid/charts");
  expect(diff).not.toContain("127.0.0.1");
});

test("takes a pinned chart by its version", async () => {
  const chart = base["clusters/prod/chart.yaml"] ?? "";
  const digest = `sha256:${"1".repeat(64)}`;
  const report = await rehearse({
    "clusters/prod/chart.yaml": chart.replace("tag: 1.0.0", "tag: 1.1.0").replace(/sha256:0+/, digest),
  });
  expect(said(report)).toEqual(["updated ConfigMap default/ref", "updated OCIRepository default/chart"]);
  expect(diffOf(report, "updated OCIRepository default/chart")).toContain(digest);
  expect(report.verdict).toBe("safe");
});

test("rejects a required value that is missing", async () => {
  const report = await rehearse({ "clusters/prod/oci.yaml": release("oci", fromRepository("registry", "1.x"), "{}") });
  expect(report.verdict).toBe("rejected");
  const message = report.reconciliations.find(({ ref }) => ref.name === "oci")?.message;
  expect(message).toContain("host is required");
});

test("rejects a version that the given charts do not have", async () => {
  const report = await rehearse({
    "clusters/prod/web.yaml": release("web", fromRepository("charts", "3.0.0")),
    "clusters/prod/ref.yaml": release("ref", fromRepository("registry", "4.x")),
  });
  expect(report.verdict).toBe("rejected");
  expect(readyOf(report)).toMatchObject({ "HelmRelease default/web": "False", "HelmRelease default/ref": "False" });
});

test("does not call the change of a revision safe when one content stands for both", async () => {
  const report = await rehearse({
    "clusters/prod/manifests.yaml": source(
      "OCIRepository",
      "manifests",
      "url: 'oci://registry.example.invalid/manifests', ref: {tag: v2}",
    ),
  });
  expect(report.verdict).toBe("unknown");
});

test("says how to give what cannot be read", async () => {
  const report = await rehearse({ "clusters/prod/web.yaml": release("web", fromRepository("charts", "1.1.0")) }, {});
  expect(report.verdict).toBe("unknown");
  const options = report.notEvaluated.map(({ subject, option }) => [subject, option?.split(" with ")[0]]);
  expect(options).toContainEqual(["HelmRepository default/charts", "--source default/charts=PATH"]);
  expect(options).toContainEqual(["OCIRepository default/manifests", "--source default/manifests=PATH"]);
});
