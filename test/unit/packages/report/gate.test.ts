import { describe, expect, test } from "vitest";
import { defaultGateRules, gateRules, judgeGate } from "../../../../packages/report/gate.js";
import type { Report } from "../../../../packages/report/model.js";
import { sampleReport } from "./sample.js";

const report = sampleReport();
const calm: Report = { ...report, verdict: "safe", changes: [], reconciliations: [], policies: [], notEvaluated: [] };
const everything = { rules: gateRules, by: "the approval of @jane" };

describe("the gate", () => {
  test("is open where nothing counts", () => {
    expect(judgeGate(calm, defaultGateRules, [])).toEqual({ state: "open", reasons: [] });
    expect(judgeGate(report, [], [])).toEqual({ state: "open", reasons: [] });
  });

  test("is shut by lost data, by what is refused and by fatal policies where nothing else is said", () => {
    expect(judgeGate(report, defaultGateRules, [])).toEqual({
      state: "shut",
      reasons: [
        { rule: "data-loss", what: ["PersistentVolumeClaim default/data is deleted, its data is lost"] },
        {
          rule: "rejected",
          what: [
            "Deployment default/web is rejected: spec.selector: Invalid value: field is immutable",
            "Kustomization default/myapp is not Ready: Deployment/default/web dry-run failed",
            "Kustomization default/slow is not Ready",
          ],
        },
        { rule: "policies", what: ["Pod default/web violates images: tag latest"] },
      ],
    });
  });

  test.each([
    ["deletions", ["ConfigMap default/old is pruned", "PersistentVolumeClaim default/data is deleted"]],
    ["not-evaluated", ["HelmRepository default/charts: its address cannot be reached"]],
    ["infrastructure", ["pulumi up: replace token (gitlab:index/deployToken:DeployToken)"]],
  ] as const)("is shut by %s where that is wanted", (rule, what) => {
    expect(judgeGate(report, [rule], [])).toEqual({ state: "shut", reasons: [{ rule, what }] });
  });

  test("is opened for the rules that somebody accepts, and for no other", () => {
    const label = { rules: ["data-loss"] as const, by: "the label timonier:accept-data-loss" };
    const { state, reasons } = judgeGate(report, ["data-loss", "deletions"], [label]);
    expect(state).toBe("shut");
    expect(reasons.map(({ rule, acceptedBy }) => [rule, acceptedBy])).toEqual([
      ["data-loss", "the label timonier:accept-data-loss"],
      ["deletions", undefined],
    ]);
    expect(judgeGate(report, ["data-loss"], [label]).state).toBe("open");
    expect(
      judgeGate(
        report,
        gateRules.filter((rule) => rule !== "rejected"),
        [everything],
      ).state,
    ).toBe("open");
  });

  test("cannot be opened for a rejected change, because it does not happen", () => {
    const { state, reasons } = judgeGate(report, ["rejected"], [everything]);
    expect(state).toBe("shut");
    expect(reasons[0]).not.toHaveProperty("acceptedBy");
  });

  test("is shut by a preview that fails", () => {
    const infrastructure = {
      stack: "dev",
      steps: [],
      diagnostics: [{ level: "error", message: "no\ncluster" } as const],
    };
    expect(judgeGate({ ...calm, infrastructure }, ["rejected"], [])).toEqual({
      state: "shut",
      reasons: [{ rule: "rejected", what: ["pulumi up fails: no ⏎ cluster"] }],
    });
  });

  test("has no answer when the rehearsal has none, even if it is accepted", () => {
    const error = { what: "no such commit", where: "--head x", fix: "name one" };
    expect(judgeGate({ ...calm, verdict: "unable", error }, [], [everything])).toEqual({
      state: "unable",
      reasons: [{ rule: "unable", what: ["no such commit (--head x)"] }],
    });
  });
});
