import fc from "fast-check";
import { expect, test } from "vitest";
import { composeFolder } from "../../../../packages/manifests/compose-tree.js";
import { ownedFilesOf, renderOwnedFiles } from "../../../../packages/manifests/owned-files.js";
import type { Tree } from "../../../../packages/manifests/tree.js";

const folder = "environments/production";
const list = `${folder}/.timonier-tree.json`;

/** A folder as a synthesis writes it. */
function synthesized(files: Readonly<Record<string, string>>): Tree {
  const own = new Map(Object.entries(files));
  const texts = [...own].map(([name, text]): [string, string] => [`${folder}/${name}`, text]);
  return new Map([...texts, [list, renderOwnedFiles(ownedFilesOf(own))]]);
}

const takes = (name: string) => (path: string) => path.startsWith(`${folder}/${name}/`);

test("files of one application are taken, and the list is that of the result", () => {
  const present = synthesized({ "a/x.yaml": "old a", "b/x.yaml": "old b" });
  const other = synthesized({ "a/x.yaml": "new a", "a/y.yaml": "more", "b/x.yaml": "new b" });
  expect(composeFolder({ folder, present, other, isTaken: takes("a") })).toEqual(
    synthesized({ "a/x.yaml": "new a", "a/y.yaml": "more", "b/x.yaml": "old b" }),
  );
});

test("files that the other version lacks are gone, also the last ones", () => {
  const present = synthesized({ "a/x.yaml": "old a", "b/x.yaml": "old b" });
  expect(composeFolder({ folder, present, other: new Map(), isTaken: takes("a") })).toEqual(
    synthesized({ "b/x.yaml": "old b" }),
  );
  expect(composeFolder({ folder, present, other: new Map(), isTaken: () => true })).toEqual(new Map());
});

test("into an empty folder", () => {
  const other = synthesized({ "a/x.yaml": "new a", "b/x.yaml": "new b" });
  expect(composeFolder({ folder, present: new Map(), other, isTaken: takes("b") })).toEqual(
    synthesized({ "b/x.yaml": "new b" }),
  );
});

test("a file that somebody changed keeps the digest of the synthesis, so that the change stays visible", () => {
  const present = new Map([...synthesized({ "a/x.yaml": "a", "b/x.yaml": "b" }), [`${folder}/b/x.yaml`, "by hand"]]);
  const composed = composeFolder({ folder, present, other: synthesized({ "a/x.yaml": "new" }), isTaken: takes("a") });
  expect(composed.get(`${folder}/b/x.yaml`)).toBe("by hand");
  expect(composed.get(list)).toBe(synthesized({ "a/x.yaml": "new", "b/x.yaml": "b" }).get(list));
});

test("files that no synthesis wrote are not part of it", () => {
  const present = new Map([...synthesized({ "a/x.yaml": "a" }), [`${folder}/README.md`, "by people"]]);
  expect(composeFolder({ folder, present, other: new Map(), isTaken: () => false })).toEqual(
    synthesized({ "a/x.yaml": "a" }),
  );
});

const trees = fc.dictionary(fc.constantFrom("a/1", "a/2", "b/1", "b/2", "c/1"), fc.string(), { noNullPrototype: true });
test("taking everything gives the other version, and taking nothing the present one", () => {
  fc.assert(
    fc.property(trees, trees, (one, another) => {
      const [present, other] = [synthesized(one), synthesized(another)];
      const all = composeFolder({ folder, present, other, isTaken: () => true });
      const none = composeFolder({ folder, present, other, isTaken: () => false });
      expect(all).toEqual(Object.keys(another).length > 0 ? other : new Map());
      expect(none).toEqual(Object.keys(one).length > 0 ? present : new Map());
    }),
  );
});
