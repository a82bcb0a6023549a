import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, packChart, readChart } from "../../../../../../packages/rehearsal/engine/provided/chart.js";
import { looksLikeContent, readContent } from "../../../../../../packages/rehearsal/engine/provided/content.js";
import { chartFiles as taken } from "../../../../../../packages/rehearsal/engine/provided/helm-ignore.js";
import { chartImages } from "../../../../../../packages/rehearsal/engine/provided/registry-images.js";
import { below, chartFiles, folderWith } from "./support.js";

test("packages a chart's folder, always to the same bytes, and reads it again", async () => {
  const folder = folderWith(chartFiles("web", "1.2.3"));
  const [one, other] = [await packChart(folder), await packChart(folderWith(chartFiles("web", "1.2.3")))];
  expect(one.digest).toBe(other.digest);
  expect(await readChart(one.archive, "web.tgz")).toMatchObject({ name: "web", version: "1.2.3", digest: one.digest });
});

test("leaves out what .helmignore names", () => {
  const files = { ".helmignore": "# editors\n*.swp\nci/\n/top.txt\n", "a.swp": "", "ci/values.yaml": "" };
  const folder = folderWith({
    ...chartFiles("web", "1.0.0"),
    ...files,
    "top.txt": "",
    "docs/top.txt": "",
    ".git/HEAD": "",
  });
  expect(taken(folder).sort()).toEqual([".helmignore", "Chart.yaml", "docs/top.txt", "templates/a.yaml"]);
});

test("reads a folder of charts as folders and packages", async () => {
  const { archive } = await packChart(folderWith(chartFiles("web", "1.1.0")));
  const folder = folderWith({ ...below("web", chartFiles("web", "1.0.0")), "web-1.1.0.tgz": archive, "README.md": "" });
  expect(looksLikeContent(folder)).toBe(true);
  const { form, charts } = await readContent(folder, false);
  expect([form, charts.map(({ version }) => version)]).toEqual(["charts", ["1.0.0", "1.1.0"]]);
});

test.each([
  ["a path that is not there", {}, "missing", /no such file or folder/],
  ["a folder without charts", { "a.yaml": "" }, ".", /there are no charts/],
  ["a file that is no package", { "a.txt": "" }, "a.txt", /not a packaged chart/],
  ["an archive that is none", { "a.tgz": "no" }, "a.tgz", /archive|packaged chart/],
  ["a chart without a version", { "Chart.yaml": "name: web" }, ".", /no name or no version/],
  ["a chart that is not YAML", { "Chart.yaml": "a: [" }, ".", /no name or no version/],
  [
    "a chart twice",
    { ...below("a", chartFiles("web", "1.0.0")), ...below("b", { ...chartFiles("web", "1.0.0"), x: "" }) },
    ".",
    /exists twice/,
  ],
  [
    "a chart without its dependency",
    chartFiles("web", "1.0.0", "dependencies: [{name: db, version: 1.x}]"),
    ".",
    /lacks its dependency db/,
  ],
] as const)("says what is wrong with %s", async (_what, files, path, message) => {
  await expect(readContent(join(folderWith(files), path), false)).rejects.toThrow(message);
});

test("takes any folder as the content of a source that a Kustomization applies", async () => {
  const folder = folderWith({ "apps/a.yaml": "kind: ConfigMap\n", ".git/HEAD": "" });
  const { form, images } = await readContent(folder, true);
  expect([form, images.tagged.length]).toEqual(["artifact", 1]);
});

test("reads an OCI image layout with tags and charts", async () => {
  const chart = await packChart(folderWith(chartFiles("web", "1.0.0+build")));
  const images = chartImages([chart]);
  const blobs = [...images.blobs, ...[...images.manifests].map(([digest, { content }]) => [digest, content] as const)];
  const manifests = images.tagged.map(({ digest }) => ({
    digest,
    annotations: { "org.opencontainers.image.ref.name": "registry.example.com/charts/web:1.0.0_build" },
  }));
  const files = {
    "oci-layout": `{"imageLayoutVersion":"1.0.0"}`,
    "index.json": JSON.stringify({ manifests }),
    ...Object.fromEntries(blobs.map(([digest, content]) => [`blobs/${digest.replace(":", "/")}`, content])),
  };
  const read = await readContent(folderWith(files), false);
  expect(read.images.tagged).toEqual([{ chart: "web", tag: "1.0.0_build", digest: images.tagged[0]?.digest }]);
  expect(read.charts.map(({ digest }) => digest)).toEqual([chart.digest]);
  const broken = { ...files, [`blobs/${chart.digest.replace(":", "/")}`]: "other" };
  await expect(readContent(folderWith(broken), false)).rejects.toThrow(/does not match/);
  await expect(readContent(folderWith({ ...files, "index.json": "no" }), false)).rejects.toThrow(/not JSON/);
  const lacking = JSON.stringify({ manifests: [{ digest: digestOf("x") }] });
  await expect(readContent(folderWith({ ...files, "index.json": lacking }), false)).rejects.toThrow(/lacks sha256/);
});
