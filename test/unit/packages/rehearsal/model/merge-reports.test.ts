import { expect, test } from "vitest";
import { unableReport } from "../../../../../packages/rehearsal/model/build-report.js";
import { mergeReports } from "../../../../../packages/rehearsal/model/merge-reports.js";
import type { Report } from "../../../../../packages/report/model.js";

const [base, head] = [{ ref: "main" }, { ref: "HEAD" }];
const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "a", name: "b" };

test("a cluster that cannot be rehearsed does not lose the others", () => {
  const broken = unableReport(base, head, { what: "it is refused", where: "the source", fix: "correct it" }, 1);
  const { error: _error, ...nothing } = broken;
  const seen: Report = {
    ...nothing,
    verdict: "destructive",
    changes: [{ ref, action: "pruned", dataLoss: false, diff: "" }],
  };
  const merged = mergeReports(
    [
      ["a", broken],
      ["b", seen],
      ["c", broken],
    ],
    3,
  );
  expect(merged.verdict).toBe("unable");
  expect(merged.error).toMatchObject({ what: "it is refused", where: "a: the source" });
  expect(merged.changes).toMatchObject([{ ref, action: "pruned", cluster: "b" }]);
  expect(merged.notEvaluated).toEqual([
    { subject: "a", reason: "it could not be rehearsed: it is refused" },
    { subject: "c", reason: "it could not be rehearsed: it is refused" },
  ]);
  expect(mergeReports([["a", broken]], 3).error?.where).toBe("the source");
});
