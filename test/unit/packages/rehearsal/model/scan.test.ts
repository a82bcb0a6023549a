import { expect, test } from "vitest";
import { isServable, parsed, scan } from "../../../../../packages/rehearsal/model/scan.js";

const kinds = (text: string) => scan(new Map([["a.yaml", text]])).map(({ kind, line }) => [kind, line]);

test("a byte order mark and lines of Windows hide nothing", () => {
  expect(
    kinds("\ufeffapiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: a}\r\n---\r\nkind: A\r\napiVersion: b.c/v1\r\n"),
  ).toEqual([
    ["ConfigMap", 1],
    ["A", 4],
  ]);
  const [document] = scan(new Map([["a.yaml", "\ufeffapiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"]]));
  expect(document && parsed(document)?.metadata.name).toBe("a");
});

test("a List stands for its items, each with its line", () => {
  const list = `apiVersion: v1
kind: List
items:
  - apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: a}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
  - {kind: NoVersion}
  - null
  - apiVersion: v1
    kind: ConfigMapList
    items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}]
`;
  expect(kinds(`---\n${list}`)).toEqual([
    ["ServiceMonitor", 5],
    ["ConfigMap", 8],
    ["ConfigMap", 11],
  ]);
  expect(kinds("apiVersion: a.b/v1\nkind: AllowList\nmetadata: {name: a}\n")).toEqual([["AllowList", 1]]);
  expect(kinds("apiVersion: v1\nkind: List\nitems: [\n")).toEqual([["List", 1]]);
});

test("JSON is read by its own fields, not by those of what is in it", () => {
  const object = {
    metadata: { name: "a" },
    spec: { kind: "Other", apiVersion: "x/v2" },
    kind: "Widget",
    apiVersion: "a.b/v1",
  };
  expect(kinds(JSON.stringify(object))).toEqual([["Widget", 1]]);
  expect(kinds(JSON.stringify(object, null, 2))).toEqual([["Widget", 1]]);
});

test.each([
  ["v1", "ConfigMap", true],
  ["apps/v1", "Deployment", true],
  ["stable.example.com/v1alpha1", "Cron-Tab", true],
  ["example.com/v1", "My_Kind", false],
  ["schema.example.io/1.0", "Schema", false],
  ["example.com/v1/x", "A", false],
  ["/v1", "A", false],
  ["example.com/", "A", false],
  ["Example.com/v1", "A", false],
  ["example..com/v1", "A", false],
  ["-a.com/v1", "A", false],
  ["example.com/v1", "1A", false],
  ["example.com/v1", "Kindß", false],
  ["example.com/v1", "A".repeat(60), false],
  ["example.com/v1", "{{", false],
  [`${"a".repeat(200)}.com/v1`, "A", false],
])("whether a kind can be served: %s %s", (apiVersion, kind, is) => {
  expect(isServable(apiVersion, kind)).toBe(is);
});
