import { expect, test } from "vitest";
import { parse } from "yaml";
import { packChart, packFolder } from "../../../../../../packages/rehearsal/engine/provided/chart.js";
import { readContent } from "../../../../../../packages/rehearsal/engine/provided/content.js";
import {
  type ProvidedSource,
  providedOf,
} from "../../../../../../packages/rehearsal/engine/provided/provided-sources.js";
import { mediaTypes } from "../../../../../../packages/rehearsal/engine/provided/registry-images.js";
import { respond } from "../../../../../../packages/rehearsal/engine/provided/registry-server.js";
import { below, chartFiles, folderWith } from "./support.js";

async function charts(): Promise<ProvidedSource> {
  const path = folderWith({
    ...below("a", chartFiles("web", "1.0.0")),
    ...below("b", chartFiles("web", "1.1.0+build")),
    ...below("c", chartFiles("db", "2.0.0")),
  });
  return { source: "default/charts", id: "s0", path, content: await readContent(path, false) };
}

async function artifact(): Promise<ProvidedSource> {
  const path = folderWith({ "a.yaml": "kind: ConfigMap\n" });
  return { source: "default/apps", id: "s1", path, content: await readContent(path, true) };
}

const json = (content: Buffer) =>
  JSON.parse(content.toString()) as { tags?: string[]; layers?: Array<{ digest: string }> };

test("serves an index with digests, and the packages that it names", async () => {
  const given = await charts();
  const index = respond([given], "GET", "/charts/s0/index.yaml");
  const { entries } = parse(index.content.toString()) as {
    entries: Record<string, Array<{ version: string; digest: string; urls: string[] }>>;
  };
  expect(Object.entries(entries).map(([name, all]) => [name, all.map(({ version }) => version)])).toEqual([
    ["db", ["2.0.0"]],
    ["web", ["1.0.0", "1.1.0+build"]],
  ]);
  for (const { digest, urls } of Object.values(entries).flat()) {
    const chart = given.content.charts.find((one) => one.digest === `sha256:${digest}`);
    expect(respond([given], "GET", `/charts/s0/${urls[0]}`).content.equals(chart?.archive ?? Buffer.alloc(0))).toBe(
      true,
    );
  }
  expect(respond([given], "GET", "/charts/s0/index.yaml").content.equals(index.content)).toBe(true);
  expect(respond([given], "GET", "/charts/s0/web-9.9.9.tgz").status).toBe(404);
  expect(respond([given], "GET", "/charts/s7/index.yaml").status).toBe(404);
});

test("serves charts as an OCI registry does: tags, manifests by tag and digest, blobs", async () => {
  const given = [await charts()];
  expect(respond(given, "GET", "/v2/").status).toBe(200);
  expect(json(respond(given, "GET", "/v2/h/s0/web/tags/list?n=10").content).tags).toEqual(["1.0.0", "1.1.0_build"]);
  const byTag = respond(given, "HEAD", "/v2/h/s0/web/manifests/1.0.0");
  const byDigest = respond(given, "GET", `/v2/h/s0/web/manifests/${byTag.digest}`);
  expect(byDigest.content.equals(byTag.content)).toBe(true);
  expect(json(byTag.content)).toMatchObject({
    config: { mediaType: mediaTypes.helmConfig },
    layers: [{ mediaType: mediaTypes.helmChart, digest: given[0]?.content.charts[0]?.digest }],
  });
  const layer = json(byTag.content).layers?.[0]?.digest;
  expect(respond(given, "GET", `/v2/h/s0/web/blobs/${layer}`)).toMatchObject({ status: 200, digest: layer });
});

test("answers as a registry that has no such image, and accepts nothing", async () => {
  const given = [await charts()];
  expect(respond(given, "GET", "/v2/h/s0/web/manifests/3.0.0")).toMatchObject({ status: 404 });
  expect(respond(given, "GET", "/v2/h/s0/web/manifests/3.0.0").content.toString()).toContain("MANIFEST_UNKNOWN");
  expect(respond(given, "GET", "/v2/h/s0/other/tags/list").content.toString()).toContain('"tags":[]');
  expect(respond(given, "GET", "/v2/h/s0/web/blobs/sha256:00").status).toBe(404);
  expect(respond(given, "GET", "/v2/elsewhere/tags/list").status).toBe(404);
  expect(respond(given, "GET", "/%").status).toBe(404);
  expect(respond(given, "PUT", "/v2/h/s0/web/manifests/1.0.0").status).toBe(405);
});

test("serves one content under every tag", async () => {
  const given = [await artifact()];
  const { content } = respond(given, "GET", "/v2/o/s1/manifests/manifests/any");
  const digest = json(content).layers?.[0]?.digest;
  expect(json(content)).toMatchObject({ layers: [{ mediaType: mediaTypes.fluxContent }, {}, {}, {}] });
  const expected = await packFolder(given[0]?.path ?? "", ["a.yaml"]);
  expect(respond(given, "GET", `/v2/o/s1/manifests/blobs/${digest}`).content.equals(expected)).toBe(true);
});

test("takes a single chart for an OCIRepository whatever its address calls it", async () => {
  const path = folderWith(chartFiles("web", "1.0.0"));
  expect((await packChart(path)).name).toBe("web");
  const given = { source: "default/web", id: "s2", path, content: await readContent(path, false) };
  expect(respond([given], "GET", "/v2/o/s2/other-name/manifests/1.0.0").status).toBe(200);
  expect(respond([given], "GET", "/v2/h/s2/other-name/manifests/1.0.0").status).toBe(404);
});

test("knows which given files a source reads after admission", async () => {
  const given = [await charts()];
  const read = (url: string) =>
    providedOf(given, "http://127.0.0.1:7", {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      metadata: { name: "a" },
      spec: { url },
    })?.id;
  expect(read("http://127.0.0.1:7/charts/s0")).toBe("s0");
  expect(read("oci://127.0.0.1:7/h/s0")).toBe("s0");
  expect(read("oci://127.0.0.1:7/o/s0/web")).toBe("s0");
  expect(read("oci://127.0.0.1:71/o/s0/web")).toBeUndefined();
  expect(read("oci://registry.example.com/o/s0/web")).toBeUndefined();
});
