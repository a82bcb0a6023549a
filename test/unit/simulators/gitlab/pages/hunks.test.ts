import { expect, test } from "vitest";
import { countLines, patchLines } from "../../../../../simulators/gitlab/pages/hunks.js";

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

test("GIVEN no patch THEN there are no lines", () => {
  expect(patchLines("")).toEqual([]);
  expect(countLines("")).toEqual({ added: 0, removed: 0 });
});
