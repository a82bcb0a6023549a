import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeValues, secretErrors, valuesErrors } from "../../../constructs/helm-values.js";
import type { PinnedChart } from "../../../constructs/pinned-chart.js";

let root: string;
const chart: PinnedChart = {
  name: "web",
  version: "1.0.0",
  source: { kind: "http", repository: "https://charts.example.org", chart: "web" },
  defaults: "web.values.yaml",
  schema: "web.schema.json",
};

const schema = {
  type: "object",
  required: ["replicaCount", "host"],
  additionalProperties: false,
  properties: {
    replicaCount: { type: "integer", minimum: 0 },
    host: { type: "string" },
    service: { type: "object", additionalProperties: false, properties: { type: { enum: ["ClusterIP", "NodePort"] } } },
    port: { oneOf: [{ type: "integer" }, { type: "string", pattern: "^[a-z]+$" }] },
    env: { type: "array", items: { type: "object", required: ["name"], properties: { name: { type: "string" } } } },
    image: { $ref: "#/definitions/Image" },
  },
  definitions: { Image: { type: "object", properties: { tag: { type: ["string", "null"] } } } },
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-values-"));
  writeFileSync(join(root, "web.values.yaml"), "replicaCount: 1\nservice: {type: ClusterIP}\n");
  writeSchema(schema);
});
afterEach(() => rmSync(root, { recursive: true }));

const writeSchema = (content: object) => writeFileSync(join(root, "web.schema.json"), JSON.stringify(content));
const errorsOf = (values: Record<string, unknown>, hasMore = false) => valuesErrors(chart, values, { hasMore, root });

test("values are checked over those of the chart", () => {
  expect(errorsOf({ host: "a" })).toEqual([]);
  expect(errorsOf({ host: "a", replicaCount: null })).toEqual([
    "values.replicaCount: expected a value, because the chart requires one",
  ]);
});

test("every wrong value is named at once, by its field", () => {
  expect(
    errorsOf({
      replicaCount: "three",
      service: { type: "Other", typ: "NodePort" },
      replicaCounts: 3,
      port: { number: 80 },
      env: [{ name: "A" }, {}],
      image: { tag: 1.25 },
    }).sort(),
  ).toEqual([
    "values.env[1].name: expected a value, because the chart requires one",
    "values.host: expected a value, because the chart requires one",
    "values.image.tag: expected string or null, got number",
    "values.port: expected one of the forms that the chart's schema lists",
    "values.replicaCount: expected integer, got string",
    "values.replicaCounts: expected a field of the chart, which does not have this one; did you mean replicaCount?",
    "values.service.typ: expected a field of the chart, which does not have this one; did you mean type?",
    'values.service.type: expected one of "ClusterIP", "NodePort"',
  ]);
});

test("what a Secret may add is not missing", () => {
  expect(errorsOf({}, true)).toEqual([]);
  expect(errorsOf({ replicaCount: -1 }, true)).toEqual([
    "values.replicaCount: -1 is less than 0 (minimum of the chart's schema)",
  ]);
});

test.each(["http://json-schema.org/draft-04/schema#", "https://json-schema.org/draft/2020-12/schema", undefined])(
  "a schema of %s is understood",
  (draft) => {
    writeSchema({ ...(draft && { $schema: draft }), properties: { replicaCount: { type: "string" } } });
    expect(errorsOf({})).toEqual(["values.replicaCount: expected string, got number"]);
  },
);

test("a schema that cannot be evaluated, and a file that is missing, are errors of the chart", () => {
  writeSchema({ properties: { replicaCount: { $ref: "#/definitions/none" } } });
  expect(errorsOf({})[0]).toMatch(/^chart: the values cannot be checked against web\.schema\.json: Unresolved/);
  rmSync(join(root, "web.schema.json"));
  expect(errorsOf({})[0]).toMatch(/^chart: the values cannot be checked .* no such file/);
});

test("a chart without a schema takes every value", () => {
  const { schema: _, ...open } = chart;
  expect(valuesErrors(open, { anything: 1 }, { hasMore: false, root })).toEqual([]);
});

test("maps are merged, lists and scalars are replaced, and null removes a field", () => {
  const defaults = { a: { b: 1, c: 2 }, list: [1, 2], gone: 1, map: { x: 1 } };
  expect(mergeValues(defaults, { a: { b: 3 }, list: [3], gone: null, map: "text" })).toEqual({
    ...{ a: { b: 3, c: 2 }, list: [3], map: "text" },
  });
});

test("secrets are refused wherever they are, and not repeated", () => {
  const values = {
    auth: { password: "canary-1", existingSecret: "login", tokenTtl: "1h", adminPassword: "" },
    env: [{ name: "A", apiKey: "canary-2" }],
    database: "postgres://user:canary-3@db/app",
    certificate: "-----BEGIN RSA PRIVATE KEY-----\ncanary-4",
    pin: { password: 1234 },
    createToken: true,
    pullSecret: "registry",
  };
  const errors = secretErrors(values, []);
  expect(errors.map((error) => error.split(":")[0])).toEqual([
    "values.auth.password",
    "values.env[0].apiKey",
    "values.database",
    "values.certificate",
    "values.pin.password",
  ]);
  expect(errors.join()).not.toContain("canary");
});

test("a field that is listed as public is accepted", () => {
  expect(secretErrors({ auth: { token: "name-of-a-cookie" } }, ["auth.token"])).toEqual([]);
});
