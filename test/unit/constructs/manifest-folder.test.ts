import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { App, Chart, Testing } from "cdk8s";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { ManifestFolder } from "../../../constructs/manifest-folder.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-manifests-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const configMap = (name: string, rest = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n${rest}`;

/** A chart with the folder `legacy`, which has these files. */
function include(files: Readonly<Record<string, string>>, namespace?: string): Chart {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, "legacy", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const chart = new Chart(new App(), "apps", namespace === undefined ? {} : { namespace });
  new ManifestFolder(chart, "legacy", { folder: "legacy", root });
  return chart;
}

const synth = (...args: Parameters<typeof include>) => Testing.synth(include(...args));

test("includes every document of every YAML file as it is written, by file", () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { a: b }, annotations: { c: d }, finalizers: [e/f] }
spec:
  template: { spec: { containers: [{ name: web, image: "web:1", args: [] }] } }
status: {}
`;
  const files = {
    "web.yaml": `# the shop\n---\n${deployment}---\n${configMap("first", "data: { key: value }\n")}---\n# nothing\n`,
    "more/cache.yml": configMap("second"),
    "README.md": "no manifest",
  };
  expect(synth(files)).toEqual([
    parse(configMap("second")),
    parse(deployment),
    parse(configMap("first", "data: { key: value }\n")),
  ]);
});

test("namespaces stay as they are, also in a chart that has one", () => {
  const files = {
    "a.yaml": `${configMap("a")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: own}\n`,
  };
  expect(synth(files, "shop").map(({ metadata }) => metadata)).toEqual([
    { name: "a" },
    { name: "b", namespace: "own" },
  ]);
});

test("values are read as Kubernetes reads them, and mean the same after synthesis", () => {
  const data = "data: { mode: 0644, on: yes, port: 22:22, day: 2026-11-29, text: '0644', word: 'yes' }\n";
  const chart = include({ "a.yaml": configMap("a", data) });
  const expected = { mode: 420, true: true, port: "22:22", day: "2026-11-29", text: "0644", word: "yes" };
  expect(Testing.synth(chart)[0].data).toEqual(expected);
  const app = chart.node.root as App;
  expect(parse(app.synthYaml(), { version: "1.1" }).data).toEqual(expected);
});

test("the items of a list are objects of their own", () => {
  const list = `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\n`;
  expect(synth({ "a.yaml": list }).map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
});

test("names the construct's objects", () => {
  const chart = include({ "a.yaml": `${configMap("a")}---\n${configMap("b")}` });
  const folder = chart.node.findChild("legacy") as ManifestFolder;
  expect(folder.objects.map(({ name }) => name)).toEqual(["a", "b"]);
});

test.each([
  ["text", "a: b: c\n", /a\.yaml document 2: Nested mappings are not allowed/],
  ["a list", "- a\n", /a\.yaml document 2: expected a Kubernetes object, got a list/],
  ["a word", "canary-1234\n", /a\.yaml document 2: expected a Kubernetes object, got string/],
  [
    "no apiVersion",
    "kind: ConfigMap\nmetadata: { name: a }\n",
    /a\.yaml document 2: apiVersion: expected text, got nothing/,
  ],
  ["no kind", "apiVersion: v1\nmetadata: { name: a }\n", /a\.yaml document 2: kind: expected text, got nothing/],
  [
    "no metadata",
    "apiVersion: v1\nkind: ConfigMap\n",
    /a\.yaml document 2: metadata\.name: expected text, got nothing/,
  ],
  ["a number as a name", configMap("1"), /a\.yaml document 2: metadata\.name: expected text, got 1/],
  ["a kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", /got a file for kustomize/],
  [
    "a wrong item",
    "apiVersion: v1\nkind: List\nitems: [{ kind: ConfigMap }]\n",
    /a\.yaml document 2 items\[0\]: apiVersion: /,
  ],
  ["an unknown alias", "apiVersion: *no\n", /a\.yaml document 2: /],
  [
    "a namespace that is no text",
    "apiVersion: v1\nkind: A\nmetadata: { name: a, namespace: 1 }\n",
    /metadata\.namespace: /,
  ],
])("refuses %s, with file and document", (_, text, message) => {
  const wrong = () => synth({ "a.yaml": `${configMap("first")}---\n${text}` });
  expect(wrong).toThrow(message);
  expect(wrong).toThrow("[apps/legacy]");
  expect(wrong).not.toThrow(/canary-1234/);
});

test("refuses all errors at once", () => {
  expect(() => synth({ "a.yaml": "- a\n", "b.yaml": "kind: A\n" })).toThrow(
    /a\.yaml document 1: [\s\S]*b\.yaml document 1: apiVersion: [\s\S]*b\.yaml document 1: metadata\.name: /,
  );
});

test("refuses two objects of one name, naming the files", () => {
  expect(() => synth({ "a.yaml": configMap("a"), "b.yaml": configMap("a") })).toThrow(
    "apps/legacy/b.yaml: name: ConfigMap a is already defined by apps/legacy/a.yaml",
  );
});

test.each(["/etc", "../other", "a/../../b", "", undefined])("refuses the folder %j", (folder) => {
  const chart = new Chart(new App(), "apps");
  new ManifestFolder(chart, "legacy", { folder: folder as string, root });
  expect(() => Testing.synth(chart)).toThrow(/\[apps\/legacy\] folder: expected a folder inside the checkout/);
});

test("refuses a folder without YAML files, or that does not exist", () => {
  expect(() => synth({})).toThrow(/\[apps\/legacy\] folder: expected a folder with YAML files, got "legacy"/);
  expect(() => synth({ "a.txt": "" })).toThrow(/folder: expected a folder with YAML files/);
});
