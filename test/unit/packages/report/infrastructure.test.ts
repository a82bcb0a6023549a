import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { parsePreview, withInfrastructure } from "../../../../packages/report/infrastructure.js";
import { sampleReport } from "./sample.js";

/** Answers of pulumi 3.250.0 for a program with five objects, without traces of its stack and times. */
const recorded = (name: string) => readFileSync(new URL(`recorded/${name}.json`, import.meta.url), "utf8");

const raw = (steps: readonly object[], more: object = {}) =>
  JSON.stringify({ steps, diagnostics: [], changeSummary: {}, ...more });
const urn = (name: string) => `urn:pulumi:dev::shop::my:Component$aws:s3/bucket:Bucket::${name}`;

describe("the output of pulumi preview", () => {
  test("is what differs, by resource", () => {
    const { stack, steps, diagnostics } = parsePreview(recorded("preview"));
    expect(stack).toBe("sample");
    expect(steps.map(({ operation, name, properties }) => [operation, name, ...properties])).toEqual([
      ["replace", "changed", "data.key"],
      ["replace", "credentials", "data.password"],
      ["create", "new"],
      ["replace", "renamed", "metadata.name"],
      ["delete", "gone"],
    ]);
    expect(steps[0]?.type).toBe("kubernetes:core/v1:ConfigMap");
    expect(diagnostics).toEqual([
      { level: "warning", message: "rendered YAML will contain a secret value in plaintext" },
    ]);
  });

  test("that failed says why", () => {
    const { steps, diagnostics } = parsePreview(recorded("preview-failed"));
    expect(steps).toEqual([]);
    expect(diagnostics).toMatchObject([
      { level: "error", message: expect.stringMatching(/^pulumi:providers:kubernetes resource 'files'/) },
    ]);
  });

  test("gives no value away, also where it was made with --show-secrets", () => {
    const shown = recorded("preview").replaceAll(
      '"[secret]"',
      '{"4dabf18193072939515e22adb298388d":"x","plaintext":"canary"}',
    );
    expect(shown).toContain("canary");
    expect(JSON.stringify(parsePreview(shown))).not.toMatch(/canary|\[secret\]|plaintext":/);
    expect(() => parsePreview(shown.replace('"op": "same"', '"op": 7, "x": "canary"'))).toThrow(/^(?!.*canary)/s);
    expect(() => parsePreview(shown.slice(0, -300))).toThrow(/^(?!.*canary)/s);
  });

  test("takes the steps of a replacement as one, with what forces it first", () => {
    const detailedDiff = { tags: { kind: "update" }, bucket: { kind: "update-replace" } };
    const all = ["create-replacement", "replace", "delete-replaced"].map((op) => ({
      op,
      urn: urn("logs"),
      detailedDiff,
    }));
    expect(parsePreview(raw(all)).steps).toEqual([
      {
        operation: "replace",
        urn: urn("logs"),
        type: "aws:s3/bucket:Bucket",
        name: "logs",
        properties: ["bucket", "tags"],
      },
    ]);
  });

  test("leaves out what is the same afterwards, and knows the reasons of older providers", () => {
    const steps = [
      { op: "same", urn: urn("a") },
      { op: "read", urn: urn("b"), oldState: {} },
      { op: "read", urn: urn("c") },
      { op: "update", urn: urn("d"), detailedDiff: null, diffReasons: ["acl"] },
    ];
    expect(
      parsePreview(raw(steps)).steps.map(({ operation, name, properties }) => [operation, name, ...properties]),
    ).toEqual([
      ["read", "c"],
      ["update", "d", "acl"],
    ]);
  });

  test("has no colours", () => {
    const diagnostics = [{ severity: "warning", message: "warning: <{%fg 3%}>old\u001b[31m!\u001b[0m<{%reset%}>\n" }];
    expect(parsePreview(raw([], { diagnostics })).diagnostics).toEqual([{ level: "warning", message: "old!" }]);
  });

  test.each([
    ["empty", "", /is empty/],
    ["cut", recorded("preview").slice(0, 2_000), /not JSON, or it is truncated/],
    ["another file", "{}", /has an unexpected form: changeSummary/],
    ["a list", "[]", /has an unexpected form: the whole file/],
    ["of an engine that nobody knows", raw([{ op: "teleport", urn: urn("a") }]), /unknown operation.*teleport/],
  ])("that is %s is refused", (_, text, words) => {
    expect(() => parsePreview(text)).toThrow(UserError);
    expect(() => parsePreview(text)).toThrow(words);
  });
});

describe("the verdict on both planes", () => {
  const safe = { ...sampleReport(), verdict: "safe" } as const;
  const plan = (...steps: readonly object[]) => parsePreview(raw(steps));
  const failed = parsePreview(recorded("preview-failed"));

  test.each([
    ["safe", safe, plan({ op: "create", urn: urn("a") })],
    ["destructive", safe, plan({ op: "delete", urn: urn("a") })],
    ["destructive", safe, plan({ op: "replace", urn: urn("a") })],
    ["rejected", safe, failed],
    ["rejected", { ...safe, verdict: "rejected" as const }, plan({ op: "delete", urn: urn("a") })],
    ["unable", { ...safe, verdict: "unable" as const }, failed],
  ])("is %s", (verdict, report, infrastructure) => {
    expect(withInfrastructure(report, infrastructure)).toEqual({ ...report, verdict, infrastructure });
  });
});
