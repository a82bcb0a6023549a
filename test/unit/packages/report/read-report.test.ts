import { describe, expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { parseReport } from "../../../../packages/report/read-report.js";
import { renderReport } from "../../../../packages/report/render.js";
import { sampleReport } from "./sample.js";

const json = renderReport(sampleReport(), "json");

describe("a report that is read", () => {
  test("is the one that was written", () => {
    expect(parseReport(json, "report.json")).toEqual(JSON.parse(json));
  });

  test.each([
    ["cut", json.slice(0, 900), /not JSON, or it is truncated/],
    ["of schema version 1", json.replace('"schemaVersion": 2', '"version": 1'), /schema version 1; .* reads version 2/],
    ["of a later version", json.replace('"schemaVersion": 2', '"schemaVersion": 3'), /schema version 3/],
    ["without a verdict", json.replace('"verdict": "rejected"', '"verdict": "fine"'), /not a report: verdict/],
    ["something else", "[]", /not a report: the whole file/],
  ])("is refused where it is %s", (_, text, words) => {
    expect(() => parseReport(text, "report.json")).toThrow(UserError);
    expect(() => parseReport(text, "report.json")).toThrow(words);
  });
});
