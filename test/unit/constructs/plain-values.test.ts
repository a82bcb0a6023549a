import * as pulumi from "@pulumi/pulumi";
import { ApiObject, App, Chart } from "cdk8s";
import { expect, test } from "vitest";
import { nonPlainValues, PlainValuesOnly } from "../../../constructs/plain-values.js";

test("finds what a manifest cannot hold, however deep", () => {
  const props = { a: [1, { b: pulumi.output("x") }], c: Promise.resolve(1), d: "plain", e: undefined, f: null };
  expect(nonPlainValues(props)).toEqual([
    { path: "a[1].b", what: "a Pulumi Output" },
    { path: "c", what: "a Promise" },
  ]);
});

test("rejects an Output in any object of an App", () => {
  const app = new App({ resolvers: [new PlainValuesOnly()] });
  const chart = new Chart(app, "file");
  const data = { key: pulumi.secret("canary-1234") };
  new ApiObject(chart, "object", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data });
  expect(() => app.synthYaml()).toThrow(/\[file\/object\] data\.key: expected a plain value, got a Pulumi Output/);
  expect(() => app.synthYaml()).not.toThrow(/canary-1234/);
});
