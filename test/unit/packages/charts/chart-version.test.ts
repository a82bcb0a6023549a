import { expect, test } from "vitest";
import { chooseVersion, newestFirst } from "../../../../packages/charts/chart-version.js";
import { entriesOf } from "../../../../packages/charts/helm-index.js";

const versions = ["1.9.0", "1.10.0", "2.0.0-rc.1", "latest", "v1.2.0"];

test("versions are sorted by their numbers, and other words come last", () => {
  expect(newestFirst(versions)).toEqual(["2.0.0-rc.1", "1.10.0", "1.9.0", "v1.2.0", "latest"]);
});

test("without a version, the newest one that is not a pre-release is chosen", () => {
  expect(chooseVersion(versions, undefined, "here")).toBe("1.10.0");
  expect(chooseVersion(["1.0.0-beta"], undefined, "here")).toBe("1.0.0-beta");
});

test("a tag with a v is found by its version", () => {
  expect(chooseVersion(versions, "1.2.0", "here")).toBe("v1.2.0");
});

test("a version that does not exist is refused with the nearest and the newest", () => {
  expect(() => chooseVersion(versions, "1.10.1", "here")).toThrow(
    /no version 1\.10\.1[\s\S]*did you mean 1\.10\.0\?[\s\S]*2\.0\.0-rc\.1, 1\.10\.0[\s\S]*TIM-821/,
  );
  expect(() => chooseVersion([], undefined, "here")).toThrow(/has no versions/);
});

/** As `helm repo index` writes it. */
const index = `apiVersion: v1
entries:
  other:
  - apiVersion: v2
    name: other
    urls:
    - other-9.0.0.tgz
    version: 9.0.0
  podinfo:
  - apiVersion: v2
    description: |
      A text

        with lines
    digest: ${"a".repeat(64)}
    name: podinfo
    urls:
    - podinfo-1.1.0.tgz
    version: 1.1.0
  - name: podinfo
    urls:
    - https://elsewhere.example.org/podinfo-1.0.0.tgz
    version: 1.0.0
  - name: podinfo
    version: 0.9.0
  zookeeper:
  - name: zookeeper
    urls: [z.tgz]
    version: 3.0.0
generated: "2026-01-01T00:00:00Z"
`;

const entries = [
  { version: "1.1.0", digest: "a".repeat(64), urls: ["podinfo-1.1.0.tgz"] },
  { version: "1.0.0", urls: ["https://elsewhere.example.org/podinfo-1.0.0.tgz"] },
];

test("the versions of a chart are read, and an entry without an address is left out", () => {
  expect(entriesOf(index, "podinfo", "here")).toEqual(entries);
  expect(entriesOf(index, "zookeeper", "here")).toHaveLength(1);
});

test("an index of another form gives the same", () => {
  const json = JSON.stringify({ apiVersion: "v1", entries: { podinfo: entries } });
  expect(entriesOf(json, "podinfo", "here")).toEqual(entries);
  const indented = index.replaceAll(/^( {2}.*)$/gm, "  $1");
  expect(entriesOf(indented, "podinfo", "here")).toEqual(entries);
});

test("other charts of an index are not parsed", () => {
  const broken = index.replace("  other:\n", "  other: [\n");
  expect(entriesOf(broken, "podinfo", "here")).toEqual(entries);
});

test("a chart that is not in the index is refused with the nearest name", () => {
  expect(() => entriesOf(index, "podinfoo", "here")).toThrow(
    /no chart podinfoo[\s\S]*did you mean podinfo\?[\s\S]*TIM-821/,
  );
});

test.each(["<html></html>", "", "entries: 1", "{"])("%j is not an index", (text) => {
  expect(() => entriesOf(text, "podinfo", "here")).toThrow(/no index of charts[\s\S]*TIM-823/);
});
