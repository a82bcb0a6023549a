import { isObject, type JsonSchema } from "./chart-content.js";

/** Keywords that do not change the type of a value, or that change the names of types only. */
const dropped = ["title", "id", "$id", "$schema", "examples", "default"];

/**
 * A schema without references to other files. Helm would download them; a value that one of them
 * describes is not checked here.
 */
export function withoutForeignReferences(schema: JsonSchema): JsonSchema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    if (typeof value.$ref === "string" && !value.$ref.startsWith("#")) return {};
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visit(one)]));
  };
  return visit(schema) as JsonSchema;
}

/**
 * A schema of the values that a user gives: every field is optional, because the chart has its own
 * value for it.
 */
export function schemaOfGivenValues(schema: JsonSchema): JsonSchema {
  return subschema(schema, { as: "schema", inList: false }) as JsonSchema;
}

/** Keywords whose value is a map of schemas by a name, which may be that of a keyword. */
const maps = new Set(["properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"]);
/** Keywords whose value is data. */
const data = new Set(["enum", "const"]);

/** Where a value of a schema is. Lists are not merged with those of the chart, so their items keep what they require. */
interface Place {
  readonly as: "schema" | "map";
  readonly inList: boolean;
}

function subschema(value: unknown, { as, inList }: Place): unknown {
  if (Array.isArray(value)) return value.map((one) => subschema(one, { as: "schema", inList }));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, one]) => as === "map" || keeps(key, one, inList));
  return Object.fromEntries(
    entries.map(([key, one]) => {
      if (as === "map") return [key, subschema(one, { as: "schema", inList })];
      if (data.has(key)) return [key, one];
      return [key, subschema(one, { as: maps.has(key) ? "map" : "schema", inList: inList || key === "items" })];
    }),
  );
}

function keeps(key: string, value: unknown, inList: boolean): boolean {
  if (key === "required") return Array.isArray(value) && inList;
  return !dropped.includes(key);
}

/**
 * A schema from the values of a chart that has none. It says which fields there are. Scalars may be
 * any scalar, and what is empty may be anything, because a chart's default says no more than that.
 */
export function schemaOfDefaults(values: unknown): JsonSchema {
  return { ...fields(values), definitions: { Scalar: { type: ["string", "number", "boolean", "null"] } } };
}

function fields(value: unknown): JsonSchema {
  if (isObject(value) && Object.keys(value).length > 0) {
    const properties = Object.entries(value).map(([name, one]) => [name, fields(one)]);
    return { type: "object", properties: Object.fromEntries(properties) };
  }
  const isScalar =
    typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && value !== "");
  return isScalar ? { $ref: "#/definitions/Scalar" } : {};
}
