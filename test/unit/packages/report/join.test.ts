import { describe, expect, test } from "vitest";
import { joinReports } from "../../../../packages/report/join.js";
import { type Reconciliation, type Report, schemaVersion } from "../../../../packages/report/model.js";

const report = (over: Partial<Report>): Report => ({
  schemaVersion,
  verdict: "safe",
  base: { ref: "main", sha: "a" },
  head: { ref: "HEAD", sha: "b" },
  changes: [],
  reconciliations: [],
  versions: [],
  policies: [],
  notEvaluated: [],
  simulated: ["readiness of pods"],
  duration: 1000,
  ...over,
});
const kustomization = (name: string, ready: "True" | "False"): Reconciliation => ({
  ref: { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", namespace: "default", name },
  ready,
  readyBefore: "True",
  dependsOn: [],
});

describe("rehearsals of one change as one report", () => {
  test.each([
    ["safe", "destructive", "destructive"],
    ["rejected", "destructive", "rejected"],
    ["rejected", "unable", "unable"],
  ] as const)("%s and %s are %s, in either order", (one, other, worst) => {
    expect(joinReports([report({ verdict: one }), report({ verdict: other })]).verdict).toBe(worst);
    expect(joinReports([report({ verdict: other }), report({ verdict: one })]).verdict).toBe(worst);
  });

  test("nothing of either is lost, and what both say is said once", () => {
    const change = (name: string) => ({
      ref: { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name },
      action: "created" as const,
      dataLoss: false,
      diff: "",
    });
    const joined = joinReports([
      report({ changes: [change("one")], duration: 1 }),
      report({ changes: [change("two")], simulated: ["readiness of pods", "more"], duration: 2 }),
    ]);
    expect(joined.changes.map(({ ref }) => ref.name)).toEqual(["one", "two"]);
    expect(joined.simulated).toEqual(["readiness of pods", "more"]);
    expect(joined.duration).toBe(3);
    expect(joined.head.sha).toBe("b");
  });

  test("the commits are those of the change that they follow from, where it is known", () => {
    const [base, head] = [
      { ref: "c", sha: "c" },
      { ref: "d", sha: "d" },
    ];
    expect(joinReports([report({}), report({})], { base, head })).toMatchObject({ base, head });
  });

  test("a Kustomization that fails in one of them fails, in either order", () => {
    const [good, bad] = [
      report({ reconciliations: [kustomization("app", "True")] }),
      report({ reconciliations: [kustomization("app", "False")] }),
    ];
    expect(joinReports([good, bad]).reconciliations.map(({ ready }) => ready)).toEqual(["False"]);
    expect(joinReports([bad, good]).reconciliations.map(({ ready }) => ready)).toEqual(["False"]);
  });

  test("GIVEN one that could not run THEN why is told", () => {
    const error = { what: "no", where: "here", fix: "fix it" };
    expect(joinReports([report({}), report({ verdict: "unable", error })]).error).toEqual(error);
  });
});
