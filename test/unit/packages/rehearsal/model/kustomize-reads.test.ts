import { describe, expect, test } from "vitest";
import { pathsRead } from "../../../../../packages/rehearsal/model/kustomize-reads.js";

const others = [
  "shared/labels/kustomization.yaml",
  "shared/patch.yaml",
  "shared/values.yaml",
  "shared/deep/kustomization.yaml",
  "shared/deeper/a.yaml",
  "charts/web/Chart.yaml",
];

/** What a build of `apps/web` reads elsewhere, with these files in its folder. */
function reads(texts: Readonly<Record<string, string>>, links: readonly string[] = []) {
  const files = new Map([...others.map((path) => [path, ""] as const), ...Object.entries(texts)]);
  const read = pathsRead(["./apps/web/"], { files, paths: [...files.keys(), ...links], links });
  return read && [...read].filter((path) => path !== "apps/web").sort();
}

const inKustomization = (text: string) => reads({ "apps/web/kustomization.yaml": text });

describe("a build reads its folder, and what is named outside of it", () => {
  test.each([
    ["resources", "resources: [../../shared/labels]", ["shared/labels"]],
    ["components", "components:\n  - ../../shared/labels\n", ["shared/labels"]],
    ["a patch", "patches: [{path: ../../shared/patch.yaml}]", ["shared/patch.yaml"]],
    ["a replacement", "replacements: [{path: ../../shared/patch.yaml}]", ["shared/patch.yaml"]],
    [
      "a generator's file",
      "configMapGenerator: [{name: a, files: [values=../../shared/values.yaml]}]",
      ["shared/values.yaml"],
    ],
    ["an environment", "secretGenerator: [{name: a, envs: [../../shared/values.yaml]}]", ["shared/values.yaml"]],
    ["values of a chart", "helmCharts: [{name: web, valuesFile: ../../shared/values.yaml}]", ["shared/values.yaml"]],
    ["the charts' folder", "helmGlobals: {chartHome: ../../charts}", ["charts"]],
    ["a schema", "openapi: {path: ../../shared/values.yaml}", ["shared/values.yaml"]],
    ["definitions", "crds: [../../shared/values.yaml]", ["shared/values.yaml"]],
    ["configurations", "configurations: [../../shared/values.yaml]", ["shared/values.yaml"]],
    [
      "a plugin in the kustomization itself",
      "transformers:\n  - |-\n    apiVersion: builtin\n    kind: PatchTransformer\n    path: ../../shared/patch.yaml\n",
      ["shared/patch.yaml"],
    ],
    ["nothing", "resources: [deployment.yaml]", []],
    ["what is in its folder after all", "resources: [../web/deployment.yaml]", []],
    ["what is not in the tree", "resources: [../../nothing, 'https://example.com/a//b/../c?ref=v1']", []],
  ])("%s", (_what, text, expected) => {
    expect(inKustomization(text)).toEqual(expected);
  });

  test("also where a plugin's own file names it", () => {
    const transformer =
      "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\npath: ../../shared/patch.yaml\n";
    const kustomization = "transformers: [transformer.yaml]";
    const texts = { "apps/web/kustomization.yaml": kustomization, "apps/web/transformer.yaml": transformer };
    expect(reads(texts)).toEqual(["shared/patch.yaml"]);
    expect(reads({ ...texts, "apps/web/kustomization.yaml": "resources: [transformer.yaml]" })).toEqual([]);
  });

  test("and what is named there, and so on", () => {
    const texts = {
      "apps/web/kustomization.yaml": "resources: [../../shared/deep]",
      "shared/deep/kustomization.yaml": "resources: [../deeper]",
    };
    expect(reads(texts)).toEqual(["shared/deep", "shared/deeper"]);
  });

  test.each([
    ["a link in its folder", { "apps/web/a.yaml": "" }, ["apps/web/shared"]],
    ["a link above its folder", { "apps/web/a.yaml": "" }, ["apps"]],
    ["a link that a path goes through", { "apps/web/kustomization.yaml": "resources: [../../linked/a]" }, ["linked"]],
    ["a kustomization that is no YAML", { "apps/web/kustomization.yaml": "resources: [../a" }, []],
  ])("but it is not known with %s", (_what, texts, links) => {
    expect(reads(texts as unknown as Record<string, string>, links)).toBeUndefined();
  });
});
