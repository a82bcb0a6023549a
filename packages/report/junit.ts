import { refName } from "@timonier/kit/kube-discovery";
import { create } from "xmlbuilder2";
import { isGraveStep, isUnready, orderedSteps } from "./digest.js";
import type { Report } from "./model.js";
import { clip, oneLine, visible } from "./text.js";

interface Case {
  readonly name: string;
  readonly result: "passed" | "failure" | "error" | "skipped";
  /** The reason in one line. */
  readonly reason?: string;
  readonly details?: string;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/**
 * The report that GitLab shows as tests: reconciliations, rejected objects, policy results, entries
 * that were not evaluated, and resources that `pulumi up` deletes or replaces.
 *
 * @see https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function renderJUnit(report: Report): string {
  const suites = suitesOf(report).filter(({ cases }) => cases.length > 0);
  const all = suites.flatMap(({ cases }) => cases);
  const root = create({ version: "1.0", encoding: "UTF-8", invalidCharReplacement: "\ufffd" }).ele("testsuites", {
    name: "timonier",
    ...tallies(all),
    time: (report.duration / 1000).toFixed(3),
  });
  for (const { name, cases } of suites) {
    const suite = root.ele("testsuite", { name, ...tallies(cases) });
    for (const one of cases) {
      const test = suite.ele("testcase", { classname: name, name: oneLine(one.name) });
      if (one.result === "passed") {
        if (one.details !== undefined) test.ele("system-out").txt(visible(one.details));
        continue;
      }
      const result = test.ele(one.result, { message: clip(oneLine(one.reason ?? ""), 1_000) });
      if (one.details !== undefined) result.txt(visible(one.details));
    }
  }
  return `${root.end({ prettyPrint: true })}\n`;
}

function tallies(cases: readonly Case[]) {
  const number = (result: Case["result"]) => cases.filter((one) => one.result === result).length;
  return { tests: cases.length, failures: number("failure"), errors: number("error"), skipped: number("skipped") };
}

function suitesOf(report: Report): readonly Suite[] {
  return [
    { name: "rehearsal", cases: report.error ? [error(report.error)] : [] },
    { name: "reconciliations", cases: report.reconciliations.map(reconciliation) },
    {
      name: "objects",
      cases: report.changes
        .filter(({ action, dataLoss }) => action === "rejected" || dataLoss)
        .map(({ ref, action, dataLoss, message }) => ({
          name: refName(ref),
          result: "failure",
          reason: dataLoss ? `${action}, and its data is lost` : action,
          ...(message !== undefined && { details: message }),
        })),
    },
    {
      name: "policies",
      cases: report.policies.map(({ policy, ref, level, message }) => ({
        name: `${policy}: ${refName(ref)}`,
        result: level === "fatal" ? "failure" : "passed",
        reason: message,
        details: message,
      })),
    },
    { name: "infrastructure", cases: infrastructure(report) },
    {
      name: "not evaluated",
      cases: report.notEvaluated.map(({ subject, reason }) => ({ name: subject, result: "skipped", reason })),
    },
  ];
}

function error({ what, where, fix }: NonNullable<Report["error"]>): Case {
  return { name: "runs", result: "error", reason: what, details: `where: ${where}\nfix: ${fix}` };
}

function reconciliation(one: Report["reconciliations"][number]): Case {
  const name = refName(one.ref);
  if (one.ready === undefined) return { name, result: "passed", details: "it does not exist after the merge" };
  const words = [one.reason, one.message].filter((part) => part !== undefined).join(": ");
  if (one.notEvaluated) return { name, result: "skipped", reason: "not evaluated" };
  if (!isUnready(one)) return { name, result: "passed", details: words };
  return { name, result: "failure", reason: `Ready is ${one.ready}`, details: words };
}

/** Errors of the preview and deleted or replaced resources. Created and updated resources are not reported as tests. */
function infrastructure(report: Report): Case[] {
  const errors = (report.infrastructure?.diagnostics ?? []).filter(({ level }) => level === "error");
  return [
    ...errors.map(({ message }): Case => ({ name: "preview", result: "error", reason: message, details: message })),
    ...orderedSteps(report)
      .filter(isGraveStep)
      .map(({ operation, name, type }): Case => ({ name: `${name} (${type})`, result: "failure", reason: operation })),
  ];
}
