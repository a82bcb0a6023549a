import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convert } from "xmlbuilder2";
import type { Report } from "../../../../packages/report/model.js";
import { renderReport } from "../../../../packages/report/render.js";
import { hostile, sampleReport } from "./sample.js";

interface Finding {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

const findings = (report: Report, options = {}): Finding[] =>
  JSON.parse(renderReport(report, "codequality", options)) as Finding[];

describe("JSON", () => {
  test("is the report, without loss", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const report = sampleReport((word) => word + text);
        expect(JSON.parse(renderReport(report, "json"))).toEqual(JSON.parse(JSON.stringify(report)));
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});

describe("code quality", () => {
  test("has a finding for what is grave, at its cause where that is known", () => {
    const all = findings(sampleReport()).map(({ check_name, severity, location }) => [
      check_name,
      severity,
      `${location.path}:${location.lines.begin}`,
    ]);
    expect(all).toEqual([
      ["timonier/data-loss", "critical", "default/PersistentVolumeClaim/data:1"],
      ["timonier/rejected", "blocker", "apps/nginx.ts:8"],
      ["timonier/pruned", "major", "default/ConfigMap/old:1"],
      ["timonier/not-ready", "blocker", "default/Kustomization/myapp:1"],
      ["timonier/not-ready", "blocker", "default/Kustomization/slow:1"],
      ["timonier/policy/labels", "minor", "default/Service/web:1"],
      ["timonier/policy/images", "critical", "default/Pod/web:1"],
      ["timonier/not-evaluated", "info", "not-evaluated:1"],
      ["timonier/pulumi-replace", "major", "Pulumi.yaml:1"],
    ]);
  });

  test("uses the manifest's place where the cause is not known", () => {
    const [first] = findings(sampleReport(), { manifest: () => ({ file: "/infra/data.yaml", line: 12 }) });
    expect(first?.location).toEqual({ path: "infra/data.yaml", lines: { begin: 12 } });
  });

  test("keeps a fingerprint when words and lines change, and gives each finding its own", () => {
    const report = sampleReport();
    const before = findings(report);
    const changes = report.changes.map((change) => ({
      ...change,
      message: "other",
      provenance: { file: "apps/b.ts", line: 9 },
    }));
    const after = findings({ ...report, changes });
    expect(after.map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint));
    const twice = findings({ ...report, policies: [...report.policies, ...report.policies] });
    expect(new Set(twice.map(({ fingerprint }) => fingerprint)).size).toBe(twice.length);
  });
});

describe("JUnit", () => {
  test("has a case for each reconciliation and each policy", () => {
    const xml = renderReport(sampleReport(), "junit");
    expect(xml).toContain('<testsuites name="timonier" tests="10" failures="6" errors="0" skipped="1" time="4.321">');
    expect(xml).toContain('<testsuite name="reconciliations" tests="4" failures="2" errors="0" skipped="0">');
    expect(xml).toContain(
      '<testcase classname="reconciliations" name="Kustomization default/myapp">\n' +
        '      <failure message="Ready is False">ReconciliationFailed: Deployment/default/web dry-run failed</failure>',
    );
    expect(xml).toContain(
      '<testcase classname="policies" name="images: Pod default/web">\n      <failure message="tag latest">',
    );
    expect(xml).toContain('<skipped message="its address cannot be reached"/>');
  });

  test("without an answer is an error", () => {
    const report: Report = { ...sampleReport(), verdict: "unable", error: { what: "no tree", where: ".", fix: "x" } };
    expect(renderReport(report, "junit")).toContain('<error message="no tree">where: .\nfix: x</error>');
  });

  test("is XML, whatever is in it", () => {
    const shape = (xml: string) =>
      JSON.stringify(convert(xml, { format: "object" })).replace(/":"(\\.|[^"\\])*"/g, '":""');
    const plain = shape(
      renderReport(
        sampleReport((word) => `${word} x`),
        "junit",
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const xml = renderReport(
          sampleReport((word) => `${word} x${text}`),
          "junit",
        );
        expect(shape(xml)).toBe(plain);
        // https://www.w3.org/TR/xml/#charsets
        expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
