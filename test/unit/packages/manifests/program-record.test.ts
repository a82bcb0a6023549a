import { expect, test } from "vitest";
import {
  type ApplicationRecord,
  nextRecord,
  parseProgramRecord,
  renderProgramRecord,
} from "../../../../packages/manifests/program-record.js";

const entry = (more: Partial<ApplicationRecord> = {}): ApplicationRecord => ({
  ...{ program: "1".repeat(40), synthesis: "a", folder: "infra", kustomization: "myapp" },
  ...more,
});

test("a record is read as it was written, and equal records have equal bytes", () => {
  const record = new Map([
    ["shop", entry({ uncommitted: true })],
    ["nginx", entry({ promoted: { from: "staging", revision: "2".repeat(40) } })],
  ]);
  const text = renderProgramRecord(record);
  expect(parseProgramRecord(text, "here")).toEqual(new Map([...record].reverse()));
  expect(renderProgramRecord(new Map([...record].reverse()))).toBe(text);
});

test("without a record there is no application", () => {
  expect(parseProgramRecord(undefined, "here")).toEqual(new Map());
});

test.each(["", "{", "[]", '{"version":2,"applications":{}}', '{"version":1,"applications":{"a":{}}}'])(
  "%j is refused with where it is",
  (text) => {
    expect(() => parseProgramRecord(text, "environments/staging/x")).toThrow(/invalid[\s\S]*environments\/staging\/x/);
  },
);

const later = "3".repeat(40);

test.each<[string, ApplicationRecord | undefined, ApplicationRecord, "before" | "now"]>([
  ["the same synthesis keeps its commit", entry(), entry({ program: later }), "before"],
  ["another synthesis has the new commit", entry(), entry({ program: later, synthesis: "b" }), "now"],
  ["a new application has the new commit", undefined, entry({ program: later }), "now"],
  ["another folder has the new commit", entry(), entry({ program: later, folder: "applications/x" }), "now"],
  ["what was in no commit is in one now", entry({ uncommitted: true }), entry({ program: later }), "now"],
  [
    "what is still in no commit stays",
    entry({ uncommitted: true }),
    entry({ program: later, uncommitted: true }),
    "before",
  ],
  ["without Git the known commit stays", entry(), entry({ program: undefined }), "before"],
])("%s", (_, before, now, expected) => {
  const next = nextRecord(new Map(before ? [["nginx", before]] : []), new Map([["nginx", now]]));
  expect(next.get("nginx")).toBe(expected === "now" ? now : before);
});

test("an application that is no longer synthesized has no entry", () => {
  expect(nextRecord(new Map([["gone", entry()]]), new Map([["nginx", entry()]]))).toEqual(
    new Map([["nginx", entry()]]),
  );
});
