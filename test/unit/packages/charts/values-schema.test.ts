import { expect, test } from "vitest";
import { schemaChanges } from "../../../../packages/charts/schema-changes.js";
import {
  schemaOfDefaults,
  schemaOfGivenValues,
  withoutForeignReferences,
} from "../../../../packages/charts/values-schema.js";
import { valuesTypes } from "../../../../packages/charts/values-types.js";
import { sampleSchema } from "./sample-chart.js";

const typesOf = (schema: object | undefined, defaults = "") =>
  valuesTypes(
    { name: "web", version: "1.0.0", defaults, files: new Map(), ...(schema && { schema: { ...schema } }) },
    "Values",
  );

test("every given value is optional, because the chart has its own", async () => {
  expect(await typesOf(sampleSchema)).toBe(`export interface Values {
  /**
   * Number of pods.
   */
  replicaCount?: number;
  image?: {
    repository?: string;
    tag?: string;
    [k: string]: unknown;
  };
}
`);
});

test("what the items of a list require stays required, because lists are not merged", async () => {
  const item = {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string" } },
    additionalProperties: false,
  };
  const types = await typesOf({ type: "object", properties: { env: { type: "array", items: item } } });
  expect(types).toMatch(/env\?: \{\n\s+name: string;/);
});

test("a field that has the name of a keyword is kept", () => {
  const properties = { required: { type: "boolean" }, title: { type: "string" }, default: { type: "string" } };
  expect(schemaOfGivenValues({ title: "Chart", required: ["title"], properties })).toEqual({ properties });
});

test("references to other files allow everything, and are never read", async () => {
  const schema = { properties: { a: { $ref: "http://127.0.0.1:1/schema.json" }, b: { $ref: "#/definitions/B" } } };
  expect(withoutForeignReferences(schema)).toEqual({ properties: { a: {}, b: { $ref: "#/definitions/B" } } });
  expect(await typesOf({ ...schema, definitions: { B: { type: "string" } } })).toMatch(/a\?: unknown;/);
});

test("a comment in a schema cannot end the comment of the types", async () => {
  const description = "ends */ export const injected = 1; /*";
  const types = await typesOf({ type: "object", properties: { a: { type: "string", description } } });
  expect(types).not.toContain("ends */");
});

test("a chart without a schema has the fields of its values, with any scalar", async () => {
  const types = await typesOf(undefined, 'replicas: 1\nimage: {tag: "1"}\nresources: {}\nhost: ""\nlist: [a]\n');
  expect(types).toBe(`export type Scalar = string | number | boolean | null;

export interface Values {
  replicas?: Scalar;
  image?: {
    tag?: Scalar;
    [k: string]: unknown;
  };
  resources?: unknown;
  host?: unknown;
  list?: unknown;
  [k: string]: unknown;
}
`);
  expect(await typesOf(undefined, "")).toContain("[k: string]: unknown");
});

test("a schema that refers to nothing is refused", async () => {
  await expect(typesOf({ properties: { a: { $ref: "#/definitions/none" } } })).rejects.toThrow(/TIM-826/);
});

test("the changes of a schema name new, gone and other fields, and not the fields of a new one", () => {
  const before = { properties: { a: { type: "string" }, gone: { type: "object", properties: { x: {} } }, same: {} } };
  const after = {
    $defs: { B: { type: "object", properties: { c: { enum: ["x", "y"] }, self: { $ref: "#/$defs/B" } } } },
    properties: {
      a: { type: ["string", "null"] },
      same: {},
      b: { $ref: "#/$defs/B" },
      list: { type: "array", items: { type: "integer" } },
    },
  };
  expect(schemaChanges(before, after)).toEqual([
    "~ a: string → string | null",
    "+ b: object",
    "- gone: object",
    "+ list: array",
  ]);
  expect(schemaChanges(after, after)).toEqual([]);
});

test("new values of a chart without a schema are changes, too", () => {
  expect(schemaChanges(schemaOfDefaults({ a: 1 }), schemaOfDefaults({ a: 1, b: { c: "x" } }))).toEqual(["+ b: object"]);
});
