import type { PackageSchema, PropertySchema } from "@pulumi/gitlab/schema";
import type { CheckFailure, Properties } from "../../../../packages/provider-host/plugin.js";
import { isUnknown } from "../../../../packages/provider-host/properties.js";

type Types = PackageSchema["types"];

/** What is wrong with a value by the schema; empty where it fits. */
export function valueFaults(types: Types, { type }: Pick<PropertySchema, "type">, value: unknown): string[] {
  if (isUnknown(value) || value === null) return [];
  const [, outer = "", item = ""] = /^(array|map)<(.*)>$/.exec(type) ?? [];
  const wanted = { type: item };
  if (outer === "array") {
    if (!Array.isArray(value)) return [`${JSON.stringify(value)} is no list`];
    return value.flatMap((each) => valueFaults(types, wanted, each));
  }
  if (typeof value === "object" && outer === "map") {
    return Object.values(value).flatMap((each) => valueFaults(types, wanted, each));
  }
  const nested = types[type.slice(type.indexOf(":") + 1)];
  if (nested)
    return objectFaults(types, nested.properties, nested.required, value as Properties).map(({ reason }) => reason);
  const fits = type === "integer" ? Number.isInteger(value) : typeof value === (type === "number" ? "number" : type);
  return fits ? [] : [`${JSON.stringify(value)} is no ${type}`];
}

/** What is wrong with the properties of an object: unknown names, wrong types, missing values. */
export function objectFaults(
  types: Types,
  known: Readonly<Record<string, PropertySchema>>,
  required: readonly string[],
  values: Properties,
): CheckFailure[] {
  const given = Object.entries(values).filter(([name, value]) => !name.startsWith("__") && value !== undefined);
  const missing = required.filter((name) => values[name] === undefined || values[name] === null);
  return [
    ...missing.map((property) => ({ property, reason: "a required property is missing" })),
    ...given.flatMap(([property, value]) => {
      const schema = known[property];
      if (!schema) return [{ property, reason: "the schema has no such property" }];
      return valueFaults(types, schema, value).map((reason) => ({ property, reason }));
    }),
  ];
}
