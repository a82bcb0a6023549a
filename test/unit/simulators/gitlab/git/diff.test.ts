import { expect, test } from "vitest";
import { parseRaw, splitPatches } from "../../../../../simulators/gitlab/git/diff.js";
import { isRecent } from "../../../../../simulators/gitlab/git/version.js";

test("reads additions, deletions, changes and renames", () => {
  const raw = [
    ":000000 100644 0 1 A",
    "new",
    ":100644 000000 1 0 D",
    "old",
    ":100644 100755 1 2 M",
    "run",
    ":100644 100644 1 1 R100",
    "from",
    "to",
    "",
  ].join("\0");
  expect(parseRaw(raw).map(({ status, oldPath, newPath }) => [status, oldPath, newPath])).toEqual([
    ["added", "new", "new"],
    ["deleted", "old", "old"],
    ["modified", "run", "run"],
    ["renamed", "from", "to"],
  ]);
});

test("cuts a patch by file, from the first hunk on", () => {
  const text =
    "diff --git a/a b/a\nindex 1..2\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+y\ndiff --git a/b b/b\nBinary files differ\n";
  expect(splitPatches(text)).toEqual(["@@ -1 +1 @@\n-x\n+y\n", ""]);
});

test.each([
  ["git version 2.37.9", false],
  ["git version 2.38.0", true],
  ["git version 3.0", true],
  ["git version 2.39.5 (Apple Git-154)", true],
  ["", false],
])("%j is recent enough: %s", (printed, recent) => expect(isRecent(printed)).toBe(recent));
