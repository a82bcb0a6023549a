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
    ["cut", json.slice(0, 900), /no JSON, or it is cut/],
    ["of another version", json.replace('"version": 1', '"version": 2'), /no report: version/],
    ["without a verdict", json.replace('"verdict": "rejected"', '"verdict": "fine"'), /no report: verdict/],
    ["something else", "[]", /no report: all of it/],
  ])("is refused where it is %s", (_, text, words) => {
    expect(() => parseReport(text, "report.json")).toThrow(UserError);
    expect(() => parseReport(text, "report.json")).toThrow(words);
  });
});
