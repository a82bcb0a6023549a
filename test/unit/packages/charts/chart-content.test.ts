import { expect, test } from "vitest";
import { readArchive } from "../../../../packages/charts/chart-archive.js";
import { chartContent, parsedYaml } from "../../../../packages/charts/chart-content.js";
import { checkDigest, digestOf } from "../../../../packages/charts/digest.js";
import { pack, sampleChart, sampleSchema } from "./sample-chart.js";

const contentOf = (files: Readonly<Record<string, string>>) =>
  chartContent(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])), "here");

test("a packaged chart has its name, version, values and schema", async () => {
  const content = chartContent(await readArchive(await pack(sampleChart()), "here"), "here");
  expect(content).toMatchObject({ name: "web", version: "1.0.0", schema: sampleSchema });
  expect(content.defaults).toContain("replicaCount: 1");
  expect([...content.files.keys()]).toContain("templates/map.yaml");
});

test.each([
  ["text", Buffer.from("<html>not found</html>")],
  ["a cut archive", "cut"],
  ["nothing", Buffer.alloc(0)],
])("%s is not a chart", async (_what, given) => {
  const archive = given === "cut" ? (await pack(sampleChart())).subarray(0, 200) : (given as Buffer);
  await expect(readArchive(archive, "here").then((files) => chartContent(files, "here"))).rejects.toThrow(/TIM-824/);
});

test.each([
  ["no Chart.yaml", { "values.yaml": "" }, /no Chart\.yaml with a name and a version/],
  ["no version", { "Chart.yaml": "name: web" }, /no Chart\.yaml with a name and a version/],
  ["a name that leads out of a folder", { "Chart.yaml": "name: ../web\nversion: 1.0.0" }, /no Chart\.yaml/],
  ["values that are a list", { ...sampleChart(), "values.yaml": "- 1" }, /not a map of values/],
  ["a schema that is no JSON", { ...sampleChart(), "values.schema.json": "{" }, /not a JSON schema/],
  ["a schema that is a list", { ...sampleChart(), "values.schema.json": "[]" }, /not a JSON schema/],
])("%s is refused", (_what, files, message) => {
  expect(() => contentOf(files)).toThrow(message);
});

test("values are read as Helm reads them: YAML 1.1, and a date is a text", () => {
  expect(parsedYaml("a: yes\nb: 2026-01-01\nc: 010")).toEqual({ a: true, b: "2026-01-01", c: 8 });
});

test("a digest is compared with and without its algorithm", () => {
  const content = Buffer.from("chart");
  const digest = digestOf(content);
  expect(checkDigest(content, digest, "here")).toBe(digest);
  expect(checkDigest(content, digest.replace("sha256:", ""), "here")).toBe(digest);
  expect(checkDigest(content, undefined, "here")).toBe(digest);
  expect(() => checkDigest(content, "0".repeat(64), "here")).toThrow(/the source says 0+[\s\S]*TIM-822/);
});
