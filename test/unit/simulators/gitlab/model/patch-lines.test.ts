import { expect, test } from "vitest";
import { countLines, isLineOfDiff, patchLines } from "../../../../../simulators/gitlab/model/patch-lines.js";

const patch = [
  "@@ -1,3 +1,3 @@ head",
  " one",
  "-two",
  "+2",
  " three",
  "@@ -10 +10,2 @@",
  "-- item",
  "++ item",
  "+",
  "\\ No newline at end of file",
  "",
].join("\n");

test("GIVEN a patch THEN each line has its numbers in both files, and loses only its sign", () => {
  expect(patchLines(patch)).toEqual([
    { kind: "hunk", text: "@@ -1,3 +1,3 @@ head" },
    { kind: "context", before: 1, after: 1, text: "one" },
    { kind: "removed", before: 2, text: "two" },
    { kind: "added", after: 2, text: "2" },
    { kind: "context", before: 3, after: 3, text: "three" },
    { kind: "hunk", text: "@@ -10 +10,2 @@" },
    { kind: "removed", before: 10, text: "- item" },
    { kind: "added", after: 10, text: "+ item" },
    { kind: "added", after: 11, text: "" },
    { kind: "remark", text: "\\ No newline at end of file" },
  ]);
  expect(countLines(patch)).toEqual({ added: 3, removed: 2 });
});

test.each([
  ["an added line", undefined, 2, true],
  ["a removed line", 2, undefined, true],
  ["an unchanged line", 3, 3, true],
  ["an unchanged line outside the hunks", 5, 5, true],
  ["an unchanged line behind them", 12, 13, true],
  ["an added line with an old number", 2, 2, false],
  ["an unchanged line without its old number", undefined, 3, false],
  ["numbers that do not belong together", 5, 6, false],
  ["a line behind the end", 19, 20, false],
  ["no number", undefined, undefined, false],
])("%s is a line of the difference: %s, %s", (_what, before, after, expected) => {
  expect(isLineOfDiff(patch, before, after, 15)).toBe(expected);
});

test("GIVEN no patch THEN there are no lines", () => {
  expect(patchLines("")).toEqual([]);
  expect(countLines("")).toEqual({ added: 0, removed: 0 });
});
