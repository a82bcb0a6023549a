import { expect, test } from "vitest";
import { namesNamespace, reachOf } from "../../../../../packages/rehearsal/model/reach.js";

const map = (namespace = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n${namespace}`;
const inNamespace = map("  namespace: b\n");

test("a namespace counts where the folder that is applied takes it in", () => {
  const files = new Map([
    ["infra/a.yaml", map()],
    ["other/b.yaml", inNamespace],
  ]);
  const says = (folder: string) => namesNamespace(files, folder);
  expect([says("./infra"), says("other/"), says(".")]).toEqual([false, true, true]);
});

test.each([
  ["resources", "resources: [../../base]\n"],
  ["bases", "bases:\n  - ../../base/\n"],
  ["components", "components: [../../base]\n"],
  ["one file", "resources: [../../base/a.yaml]\n"],
])("an overlay whose base says the namespace says it: %s", (_, kustomization) => {
  const files = new Map([
    ["apps/overlay/kustomization.yaml", kustomization],
    ["base/kustomization.yaml", "resources: [a.yaml]\n"],
    ["base/a.yaml", inNamespace],
  ]);
  expect(namesNamespace(files, "./apps/overlay")).toBe(true);
  expect(namesNamespace(new Map([...files, ["base/a.yaml", map()]]), "./apps/overlay")).toBe(false);
});

test.each([
  ["a kustomization's own", { "kustomization.yaml": "namespace: b\nresources: [a.yaml]\n" }],
  ["a kustomization of a base", { "kustomization.yaml": "resources: [b]\n", "b/kustomization.yaml": "namespace: b\n" }],
  ["an address", { "kustomization.yaml": "resources: ['https://github.com/a/b//c?ref=v1']\n" }],
  ["a short address", { "kustomization.yaml": "resources: [github.com/a/b]\n" }],
  ["outside of the tree", { "kustomization.yaml": "resources: [../../a]\n" }],
  ["a file that is missing", { "kustomization.yaml": "resources: [missing.yaml]\n" }],
  ["a kustomization that cannot be parsed", { "kustomization.yaml": "resources: [\n" }],
  ["charts", { "kustomization.yaml": "helmCharts: [{name: a}]\n" }],
  [
    "a patch",
    { "kustomization.yaml": "patches: [{path: p.yaml}]\n", "p.yaml": "- {op: add, path: /metadata/namespace}\n" },
  ],
  ["flow style", { "b.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}\n" }],
  [
    "an item of a List",
    {
      "b.yaml":
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}]\n",
    },
  ],
])("when in doubt, or where it is said elsewhere, no namespace is set: %s", (_, files) => {
  const all = Object.entries({ "a.yaml": map(), ...files }).map(([path, text]) => [`x/${path}`, text] as const);
  expect(namesNamespace(new Map(all), "x")).toBe(true);
});

test.each([
  ["a comment", "# namespace: b\n"],
  [
    "a subject",
    "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nsubjects: [{kind: ServiceAccount, name: a, namespace: b}]\n",
  ],
  ["a Namespace", "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"],
])("what says no object's namespace does not count: %s", (_, text) => {
  expect(namesNamespace(new Map([["x/a.yaml", map() + text]]), "x")).toBe(false);
});

test("kustomizations in a circle end", () => {
  const files = new Map([
    ["a/kustomization.yaml", "resources: [../b, .]\n"],
    ["b/kustomization.yaml", "resources: [../a]\n"],
  ]);
  expect([...reachOf(files, "a").paths].sort()).toEqual(["a/kustomization.yaml", "b/kustomization.yaml"]);
});
