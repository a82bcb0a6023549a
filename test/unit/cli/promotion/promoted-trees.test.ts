import { expect, test } from "vitest";
import { checkUnchanged } from "../../../../cli/promotion/hand-changes.js";
import { checkDependencies } from "../../../../cli/promotion/left-behind.js";
import { promotedTrees } from "../../../../cli/promotion/promoted-trees.js";
import { ownedFilesOf, renderOwnedFiles } from "../../../../packages/manifests/owned-files.js";
import type { ApplicationRecord, ProgramRecord } from "../../../../packages/manifests/program-record.js";
import type { Tree } from "../../../../packages/manifests/tree.js";

const entry = (name: string, synthesis: string): [string, ApplicationRecord] => [
  name,
  { program: "a".repeat(40), synthesis, folder: `applications/${name}`, kustomization: name },
];
const records: ProgramRecord[] = [new Map([entry("shop", "1"), entry("base", "1"), entry("old", "1")])];

function listed(folder: string, files: Readonly<Record<string, string>>): Tree {
  const own = new Map(Object.entries(files));
  const texts = [...own].map(([name, text]): [string, string] => [`${folder}/${name}`, text]);
  return new Map([...texts, [`${folder}/.timonier-tree.json`, renderOwnedFiles(ownedFilesOf(own))]]);
}

const version = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  application: listed("environments/production", {
    "applications/base/web.yaml": `base ${text}`,
    "applications/shop/web.yaml": `shop ${text}`,
    ...more,
  }),
  setup: listed("clusters/east", {
    "base.yaml": `base ${text}`,
    "myappsource.yaml": text,
    "shop.yaml": `shop ${text}`,
  }),
});

test("one application moves in both repositories, with the files that belong to none", () => {
  const present = version("old", { "applications/old/web.yaml": "old" });
  const next = version("new");
  const input = { environment: "production", cluster: "east", present, records };
  const trees = promotedTrees({ ...input, taken: new Map([["shop", next]]), removed: ["old"], newest: next });
  expect([...trees.application].filter(([path]) => path.endsWith(".yaml"))).toEqual([
    ["environments/production/applications/base/web.yaml", "base old"],
    ["environments/production/applications/shop/web.yaml", "shop new"],
  ]);
  expect([...trees.setup].filter(([path]) => path.endsWith(".yaml"))).toEqual([
    ["clusters/east/base.yaml", "base old"],
    ["clusters/east/myappsource.yaml", "new"],
    ["clusters/east/shop.yaml", "shop new"],
  ]);
});

test("an application whose name begins like another one's stays", () => {
  const other: ProgramRecord[] = [new Map([entry("shop", "1"), entry("shop-admin", "1")])];
  const present = {
    application: listed("environments/production", { "applications/shop-admin/web.yaml": "old" }),
    setup: new Map(),
  };
  const next = {
    application: listed("environments/production", { "applications/shop-admin/web.yaml": "new" }),
    setup: new Map(),
  };
  const input = { environment: "production", cluster: "east", present, records: other, removed: [], newest: undefined };
  expect(promotedTrees({ ...input, taken: new Map([["shop", next]]) }).application).toEqual(present.application);
});

test("nothing promoted is what there is", () => {
  const present = version("old");
  const input = { environment: "production", cluster: "east", present, records, removed: [], newest: undefined };
  expect(promotedTrees({ ...input, taken: new Map() })).toEqual(present);
});

const kustomization = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: shop
spec:
  dependsOn:
    - name: base
`;
const dependency = (before: string, after: string) => ({
  ...{ from: "staging", to: "production", promoted: new Map([["shop", kustomization]]) },
  records: { from: new Map([entry("shop", "2"), entry("base", before)]), after: new Map([entry("base", after)]) },
});

test("an application is not promoted without what it depends on", () => {
  expect(() => checkDependencies(dependency("2", "1"))).toThrow(
    /shop depends on base, which differs between staging and production[\s\S]*promote shop base --to production/,
  );
  expect(() => checkDependencies(dependency("1", "1"))).not.toThrow();
  const both = {
    ...dependency("2", "1"),
    promoted: new Map([
      ["shop", kustomization],
      ["base", ""],
    ]),
  };
  expect(() => checkDependencies(both)).not.toThrow();
});

test("a change by hand is named, and a tag that automation owns is none", () => {
  const synthesized = new Map([["a.yaml", 'image: nginx:1.0.0 # {"$imagepolicy": "default:nginx"}\nreplicas: 1\n']]);
  const tagged = new Map([["a.yaml", 'image: nginx:1.0.1 # {"$imagepolicy": "default:nginx"}\nreplicas: 1\n']]);
  const changed = new Map([["a.yaml", 'image: nginx:1.0.0 # {"$imagepolicy": "default:nginx"}\nreplicas: 2\n']]);
  expect(() => checkUnchanged("nginx", "staging", tagged, synthesized)).not.toThrow();
  expect(() => checkUnchanged("nginx", "staging", changed, synthesized)).toThrow(
    /nginx in staging was changed by hand: a\.yaml/,
  );
  expect(() => checkUnchanged("nginx", "staging", new Map([...tagged, ["b.yaml", ""]]), synthesized)).toThrow(
    /b\.yaml/,
  );
});
