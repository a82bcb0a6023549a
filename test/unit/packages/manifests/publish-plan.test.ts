import fc from "fast-check";
import { expect, test } from "vitest";
import { blobId, type FileAction, planPublish } from "../../../../packages/manifests/publish-plan.js";

/** What GitLab would make of the actions; it refuses to create what exists and to change what does not. */
function apply(files: ReadonlyMap<string, string>, actions: readonly FileAction[]): Map<string, string> {
  const result = new Map(files);
  for (const change of actions) {
    expect(result.has(change.filePath)).toBe(change.action !== "create");
    if (change.action === "delete") result.delete(change.filePath);
    else result.set(change.filePath, change.content);
  }
  return result;
}

const state = (files: ReadonlyMap<string, string>, owned: Iterable<string>) => ({
  blobs: new Map([...files].map(([path, content]) => [path, blobId(content)])),
  owned: new Set(owned),
});

test("ids are Git's own", () => {
  // printf 'replicas: 3\n' | git hash-object --stdin
  expect(blobId("replicas: 3\n")).toBe("71ffd9f273f08d3bc7dde7ec46a5a103ed52feb6");
  expect(blobId("", 64)).toBe("473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813");
});

test("the actions make the tree, and leave alone what nobody synthesized", () => {
  const path: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c", "d", "e");
  const files = fc.dictionary(path, fc.constantFrom("", "1", "é\n")).map((record) => new Map(Object.entries(record)));
  fc.assert(
    fc.property(files, files, fc.uniqueArray(path), (current, tree, owned) => {
      const actions = planPublish(state(current, owned), tree);
      const foreign = [...current].filter(([name]) => !owned.includes(name) && !tree.has(name));
      const wanted = new Map([...foreign, ...tree]);
      const result = apply(current, actions);
      expect(new Map([...result].sort())).toEqual(new Map([...wanted].sort()));
      expect(planPublish(state(result, tree.keys()), tree)).toEqual([]);
    }),
  );
});

test("the same difference is the same list, sorted by path", () => {
  const tree = new Map([
    ["b", "1"],
    ["a", "1"],
  ]);
  expect(planPublish(state(new Map([["c", "1"]]), ["c"]), tree).map(({ filePath }) => filePath)).toEqual([
    "a",
    "b",
    "c",
  ]);
});
