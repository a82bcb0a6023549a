import { describe, expect, test } from "vitest";
import {
  type ChangedTree,
  coverageOf,
  type EvaluationScope,
  filesDefining,
} from "../../../../../packages/rehearsal/model/coverage.js";
import { scan } from "../../../../../packages/rehearsal/model/scan.js";

const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n`;
const files = new Map([
  ["README.md", ""],
  ["apps/base/web.yaml", manifest("web")],
  [
    "apps/base/kustomization.yaml",
    "resources: [web.yaml]\nconfigMapGenerator: [{name: c, files: [x=../../files/web.conf]}]",
  ],
  [
    "apps/production/kustomization.yaml",
    "resources: [../base, ../../shared/policy.yaml]\ncomponents: [../../components/tls]",
  ],
  ["apps/staging/kustomization.yaml", "resources: [../base]"],
  ["components/tls/kustomization.yaml", "patches: [{path: tls.yaml}]"],
  ["components/tls/tls.yaml", manifest("web")],
  ["files/web.conf", "a"],
  ["infra/db.yaml", manifest("db")],
  ["shared/policy.yaml", manifest("policy")],
]);
const tree = { paths: [...files.keys()], files, links: [] };

function changedTree(...changed: readonly string[]): ChangedTree {
  return { base: tree, head: tree, changed, documents: scan(files) };
}

const everything: EvaluationScope = {
  readers: [
    { name: "Kustomization flux-system/apps", folder: "./apps/production" },
    { name: "Kustomization flux-system/infra", folder: "infra/" },
  ],
  reconciliations: ["Kustomization flux-system/apps", "Kustomization flux-system/infra"],
  unevaluated: new Set(),
};
const without = (...names: readonly string[]): EvaluationScope => ({ ...everything, unevaluated: new Set(names) });

describe("coverage", () => {
  test("is whole where everything was evaluated; files that nothing reads do not count", () => {
    const { coverage, notEvaluated } = coverageOf(changedTree("README.md", "apps/base/web.yaml"), everything);
    expect(coverage).toEqual({
      files: { evaluated: 1, all: 1 },
      reconciliations: { evaluated: 2, all: 2 },
      objects: { evaluated: 4, all: 4 },
    });
    expect(notEvaluated).toEqual([]);
  });

  test.each([
    ["apps/base/web.yaml", "Kustomization flux-system/apps reads it, and was not evaluated"],
    ["files/web.conf", "Kustomization flux-system/apps reads it, and was not evaluated"],
    ["shared/policy.yaml", "Kustomization flux-system/apps reads it, and was not evaluated"],
    // What that Kustomization would create may read it.
    ["apps/staging/kustomization.yaml", "it may belong to something behind a Kustomization that was not evaluated"],
  ])("GIVEN a Kustomization that was not evaluated WHEN %s differs THEN it was not, either", (path, reason) => {
    const { notEvaluated, coverage } = coverageOf(changedTree(path), without("Kustomization flux-system/apps"));
    expect(notEvaluated).toEqual([{ subject: path, reason, affected: true }]);
    expect(coverage.files).toEqual({ evaluated: 0, all: 1 });
    expect(coverage.reconciliations).toEqual({ evaluated: 1, all: 2 });
  });

  test("GIVEN a Kustomization that was not evaluated WHEN what another one reads differs THEN that was evaluated", () => {
    const { notEvaluated } = coverageOf(
      changedTree("infra/db.yaml", "README.md"),
      without("Kustomization flux-system/apps"),
    );
    expect(notEvaluated).toEqual([]);
  });

  test("GIVEN a folder that stands for a cluster WHEN a manifest outside of it differs THEN it was not evaluated", () => {
    const scope = { ...everything, readers: everything.readers.slice(1), guessed: "./infra" };
    const { notEvaluated } = coverageOf(changedTree("apps/base/web.yaml", "infra/db.yaml", "README.md"), scope);
    expect(notEvaluated).toEqual([
      {
        subject: "apps/base/web.yaml",
        reason: "it is outside of ./infra, the only folder that was evaluated",
        affected: true,
      },
    ]);
  });

  test("GIVEN a link that hides what is read THEN every file may be read by what was not evaluated, and none more by what was", () => {
    const linked = { ...tree, links: ["apps/production/more"] };
    const one = { ...changedTree("infra/db.yaml"), base: linked, head: linked };
    const readers = everything.readers.slice(0, 1);
    const scope = { ...everything, readers };
    expect(
      coverageOf(one, { ...scope, unevaluated: new Set(["Kustomization flux-system/apps"]) }).notEvaluated,
    ).toHaveLength(1);
    expect(coverageOf(one, scope).notEvaluated).toEqual([]);
  });

  test("finds the changed files that define an object", () => {
    expect(filesDefining(changedTree("infra/db.yaml"), new Set(["ConfigMap shop/db", "ConfigMap shop/web"]))).toEqual([
      "infra/db.yaml",
    ]);
  });
});
