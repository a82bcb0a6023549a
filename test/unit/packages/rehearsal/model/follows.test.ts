import { expect, test } from "vitest";
import {
  compatible,
  followedBy,
  followings,
  isRefName,
  moving,
  versionIn,
} from "../../../../../packages/rehearsal/model/follows.js";
import { highestIn } from "../../../../../packages/rehearsal/model/semver-range.js";
import { object } from "./support.js";

const source = (ref: string, name = "a") =>
  object(`{apiVersion: s/v1, kind: GitRepository, metadata: {name: ${name}, namespace: x}, spec: {ref: ${ref}}}`);

test("a source follows the commit, the name, the range, the tag or the branch, in this order", () => {
  const of = (ref: string) => followedBy(source(ref)).key;
  expect([
    of("{branch: main}"),
    of("{tag: v1, branch: main}"),
    of("{name: refs/pull/1/head, tag: v1}"),
    of("{semver: '>=1.2.0 <2', tag: v1}"),
    of("{commit: abc, branch: main}"),
    of("{}"),
    of("{branch: ''}"),
  ]).toEqual([
    "refs/heads/main",
    "refs/tags/v1",
    "refs/pull/1/head",
    "semver >=1.2.0 <2",
    "commit abc",
    "refs/heads/master",
    "refs/heads/master",
  ]);
});

test.each(["main", "[1, 2]", "1", "{branch: {a: b}}", "{commit: 7}", "null"])(
  "a ref that is %s ends in no error",
  (ref) => {
    expect(followedBy(source(ref)).key).toBe("refs/heads/master");
  },
);

test("a change moves its target branch; where no source follows that, the root's branch; named sources always", () => {
  const all = followings(
    [source("{branch: main}"), source("{branch: dev-team}", "b"), source("{tag: v1}", "c")],
    new Set(),
    "x/a",
  );
  expect([...moving(all, "main")]).toEqual(["refs/heads/main"]);
  expect([...moving(all, "dev-team")]).toEqual(["refs/heads/dev-team"]);
  expect([...moving(all, "feature")]).toEqual(["refs/heads/main"]);
  expect([...moving(all, undefined)]).toEqual(["refs/heads/main"]);
  const named = followings([source("{branch: main}"), source("{tag: v1}", "c")], new Set(["x/c"]), undefined);
  expect([...moving(named, "main")]).toEqual(["refs/heads/main", "refs/tags/v1"]);
});

test.each([
  ["refs/heads/main", true],
  ["refs/heads/a/b.c", true],
  ["refs/heads/HEAD~1", false],
  ["refs/heads/a b", false],
  ["refs/heads/a..b", false],
  ["refs/heads/.a", false],
  ["refs/heads/a.lock", false],
  ["refs/heads/", false],
  ["refs/heads", false],
  ["HEAD", false],
  ["refs/heads/a@{1}", false],
  ["refs/heads/a\n", false],
])("whether Git takes a name: %j", (name, is) => {
  expect(isRefName(name)).toBe(is);
});

test("refs that cannot be in one repository are left out, those that come first stay", () => {
  const refs = new Map([
    ["refs/heads/a", "1"],
    ["refs/heads/a/b", "2"],
    ["refs/heads/c/d", "3"],
    ["refs/heads/c", "4"],
    ["refs/heads/x y", "5"],
  ]);
  expect([...compatible(refs).keys()]).toEqual(["refs/heads/a", "refs/heads/c/d"]);
});

const tags = [
  "v0.9.1",
  "1.2.3",
  "v1.2.9",
  "1.3.0-rc.1",
  "v1.10.0",
  "2.0.0",
  "2.1.0-alpha",
  "2.1.0-alpha.2",
  "latest",
  "3",
];

test.each([
  ["*", "3"],
  [">=1.0.0", "3"],
  [">=1.0.0 <2.0.0", "v1.10.0"],
  [">=1.0.0, <1.5", "v1.2.9"],
  ["1.x", "v1.10.0"],
  ["1.2.x", "v1.2.9"],
  ["~1.2.3", "v1.2.9"],
  ["^1.2.3", "v1.10.0"],
  ["^0.9", "v0.9.1"],
  ["1.2.3", "1.2.3"],
  ["=1.2", "v1.2.9"],
  ["1.2 - 1.9", "v1.2.9"],
  ["1.2 - 1.10", "v1.10.0"],
  ["!=3.0.0", "2.0.0"],
  ["!=3 <3", "2.0.0"],
  [">2", "3"],
  ["<=2", "2.0.0"],
  ["<2 || >=2.1.0-0 <2.2.0", "2.1.0-alpha.2"],
  ["~1.3.0-0", "1.3.0-rc.1"],
  ["^2.1.0-0", "2.1.0-alpha.2"],
  [">=2.1, >=2.0.0-0, <3", undefined],
  ["=>1, =<1.2", "v1.2.9"],
  ["1.x.3", "v1.10.0"],
  [">=4", undefined],
  ["not a range", undefined],
  ["", undefined],
])("the highest version in %j is %s", (range, tag) => {
  expect(highestIn(range, tags)).toBe(tag);
});

test("a range without a tag begins with a version of its own", () => {
  expect([versionIn(">=1.2.0 <2"), versionIn(">1.2.3"), versionIn("*")]).toEqual(["1.2.0", "1.2.4", "0.0.0"]);
});
