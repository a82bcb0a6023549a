import { expect, test } from "vitest";
import { settingDifferences } from "../../../../cli/environments/settings-diff.js";

test("maps are compared key by key, in the order of the file", () => {
  const from = { shop: { replicas: 1, limits: { cpu: "1", memory: "1Gi" } }, nginx: { port: 80 } };
  const to = { shop: { replicas: 3, limits: { cpu: "2", memory: "1Gi" } }, nginx: { port: 80 } };
  expect(settingDifferences(from, to)).toEqual([
    { path: "shop.replicas", from: 1, to: 3 },
    { path: "shop.limits.cpu", from: "1", to: "2" },
  ]);
});

test("lists are compared as a whole, as a merge patch replaces them", () => {
  expect(settingDifferences({ hosts: ["a", "b"] }, { hosts: ["a", "c"] })).toEqual([
    { path: "hosts", from: ["a", "b"], to: ["a", "c"] },
  ]);
});

test("a setting that only one has lacks the other value", () => {
  expect(settingDifferences({ shop: { debug: true } }, { shop: { host: "shop.example.org" } })).toEqual([
    { path: "shop.debug", from: true },
    { path: "shop.host", to: "shop.example.org" },
  ]);
  expect(settingDifferences({ shop: { port: 80 } }, { shop: 80 })).toEqual([
    { path: "shop", from: { port: 80 }, to: 80 },
  ]);
});

test("a key with other characters is quoted in the path", () => {
  const differences = settingDifferences({ labels: { "a.b/c": 1 }, "x.y": 1 }, { labels: { "a.b/c": 2 }, "x.y": 2 });
  expect(differences.map(({ path }) => path)).toEqual(['labels["a.b/c"]', '["x.y"]']);
});

test("equal settings do not differ", () => {
  expect(settingDifferences({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([]);
});
