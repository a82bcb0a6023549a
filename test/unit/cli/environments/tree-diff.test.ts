import { describe, expect, test } from "vitest";
import { type EnvironmentTrees, treeDifferences } from "../../../../cli/environments/tree-diff.js";

const deployment = (name: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: ${replicas}
`;
const kustomization = (path: string) => `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
  namespace: default
spec:
  path: ${path}
`;
const secret = (value: string) => `apiVersion: v1
kind: Secret
metadata:
  name: token
stringData:
  token: ${value}
`;

function trees(environment: string, application: Record<string, string>, setup: Record<string, string> = {}) {
  const below = (folder: string, files: Record<string, string>) =>
    new Map(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
  return {
    environment,
    clusterFolder: "clusters/any",
    trees: { application: below(`environments/${environment}`, application), setup: below("clusters/any", setup) },
  } satisfies EnvironmentTrees;
}

const compare = (one: Record<string, string>, other: Record<string, string>) =>
  treeDifferences(trees("staging", one), trees("production", other));

test("the folder of an environment is no difference", () => {
  const one = trees(
    "staging",
    { "infra/a.yaml": deployment("a", 1) },
    { "shop.yaml": kustomization("./environments/staging/infra") },
  );
  const other = trees(
    "production",
    { "infra/a.yaml": deployment("a", 1) },
    { "shop.yaml": kustomization("./environments/production/infra") },
  );
  expect(treeDifferences(one, other)).toEqual([]);
});

test("another path with the name of the environment is one", () => {
  const one = trees("staging", {}, { "shop.yaml": kustomization("./charts/environments/staging/a") });
  const other = trees("production", {}, { "shop.yaml": kustomization("./charts/environments/production/a") });
  expect(treeDifferences(one, other).map(({ object, change }) => [object, change])).toEqual([
    ["Kustomization default/shop", "changed"],
  ]);
});

describe("objects of one file", () => {
  test("are compared one by one, whatever their order", () => {
    const [one, other] = [
      `${deployment("a", 1)}---\n${deployment("b", 1)}`,
      `${deployment("b", 2)}---\n${deployment("a", 1)}`,
    ];
    expect(compare({ "infra/x.yaml": one }, { "infra/x.yaml": other })).toEqual([
      {
        repository: "application",
        path: "infra/x.yaml",
        object: "Deployment b",
        change: "changed",
        diff: `--- Deployment b
+++ Deployment b
@@ -3,4 +3,4 @@
 metadata:
   name: b
 spec:
-  replicas: 1
+  replicas: 2
`,
      },
    ]);
  });

  test("that only one environment has are added or removed as a whole", () => {
    const found = compare({ "infra/x.yaml": deployment("a", 1) }, { "infra/x.yaml": deployment("b", 1) });
    expect(found.map(({ object, change, diff }) => [object, change, diff.split("\n").slice(0, 2)])).toEqual([
      ["Deployment a", "removed", ["--- Deployment a", "+++ /dev/null"]],
      ["Deployment b", "added", ["--- /dev/null", "+++ Deployment b"]],
    ]);
  });
});

test("values of Secrets are not shown", () => {
  const [found] = compare({ "infra/s.yaml": secret("hunter2") }, { "infra/s.yaml": secret("correct-horse") });
  expect(found?.diff).toContain("-  token: (hidden, old value)\n+  token: (hidden, new value)");
  expect(found?.diff).not.toMatch(/hunter2|correct-horse/);
});

test("files that are not manifests are compared line by line", () => {
  const template = (port: number) => `{{ if .Values.on }}\nport: ${port}\n{{ end }}\n`;
  const one = { "charts/a/templates/x.yaml": template(1), "charts/a/README.md": "a\n", "charts/a/same.txt": "a\n" };
  const other = { "charts/a/templates/x.yaml": template(2), "charts/a/same.txt": "a\n" };
  expect(compare(one, other).map(({ path, object, change, diff }) => [path, object, change, diff])).toEqual([
    [
      "charts/a/README.md",
      "charts/a/README.md",
      "removed",
      "--- charts/a/README.md\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n",
    ],
    [
      "charts/a/templates/x.yaml",
      "charts/a/templates/x.yaml",
      "changed",
      "--- charts/a/templates/x.yaml\n+++ charts/a/templates/x.yaml\n@@ -1,3 +1,3 @@\n {{ if .Values.on }}\n-port: 1\n+port: 2\n {{ end }}\n",
    ],
  ]);
});

test("the list of synthesized files is not compared", () => {
  expect(compare({ ".timonier-tree.json": "1" }, { ".timonier-tree.json": "2" })).toEqual([]);
});
