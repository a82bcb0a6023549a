import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type OutputUnit, type Schema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import { parseHelmYaml } from "@timonier/kit/helm-yaml";
import { nearest } from "@timonier/kit/nearest";
import { checkout } from "@timonier/kit/state-folder";
import type { PinnedChart } from "./pinned-chart.js";
import { secretText } from "./secret-text.js";
import { isPlainObject } from "./validation.js";

type Values = Readonly<Record<string, unknown>>;

/** What is checked beside the values themselves. */
export interface ValuesContext {
  /** Whether Flux adds values that synthesis does not know: what is missing may be among them. */
  readonly hasMore: boolean;
  /** Top of the checkout. @default this one */
  readonly root?: string;
}

/**
 * Checks values as Helm does before it renders a chart: the chart's own values, with the given ones
 * over them, against the chart's schema.
 *
 * @returns validation errors: `values.FIELD: expected …`. None of them repeats a value.
 */
export function valuesErrors(
  chart: PinnedChart,
  values: Values,
  { hasMore, root = checkout }: ValuesContext,
): string[] {
  if (chart.schema === undefined) return [];
  try {
    const schema: Schema = JSON.parse(readFileSync(join(root, chart.schema), "utf8"));
    const own = chart.defaults === undefined ? {} : parseHelmYaml(readFileSync(join(root, chart.defaults), "utf8"));
    const defaults = isPlainObject(own) ? own : {};
    const { errors } = new Validator(schema, draftOf(schema), false).validate(mergeValues(defaults, values));
    return causes(errors, hasMore).map((unit) => errorText(unit, defaults));
  } catch (error) {
    // A file that is missing, or a schema that only Helm can evaluate, such as one with a regular expression of Go's.
    return [`chart: the values cannot be checked against ${chart.schema}: ${(error as Error).message.split("\n")[0]}`];
  }
}

/** Values over those of a chart, as Helm merges them: maps by their fields; null removes a field. */
export function mergeValues(defaults: Values, values: Values): Values {
  const merged: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(values)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isPlainObject(value) && isPlainObject(before) ? mergeValues(before, value) : value;
  }
  return merged;
}

/** Fields that hold the name of a Secret: `existingSecret`, `tlsSecret`. */
const nameOfSecret = /(existing|pull|tls|image|ca|cert|credentials?|from)[-_]?secret$/i;

/** Errors for values that must not be committed. */
export function secretErrors(values: unknown, allowed: readonly string[], path = "values"): string[] {
  if (Array.isArray(values)) return values.flatMap((one, index) => secretErrors(one, allowed, `${path}[${index}]`));
  if (isPlainObject(values)) {
    return Object.entries(values).flatMap(([name, one]) => secretErrors(one, allowed, `${path}.${name}`));
  }
  const isText = typeof values === "string" || typeof values === "number";
  const name = /([^.[\]]+)(\[\d+\])*$/.exec(path)?.[1] ?? "";
  const found = isText ? secretText(name, String(values)) : undefined;
  if (!found || (found === "name" && nameOfSecret.test(name))) return [];
  if (allowed.some((one) => `values.${one}` === path)) return [];
  return [
    `${path}: expected no secret in the repository: put it into a Secret and name that in valuesFrom; ` +
      "a value that is not secret is listed in publicValues",
  ];
}

function draftOf({ $schema = "" }: Schema): SchemaDraft {
  const found = (["2020-12", "2019-09"] as const).find((one) => $schema.includes(one));
  return found ?? ($schema.includes("draft-04") ? "4" : "7");
}

/** Keywords that only say that something below them is wrong. */
const containers = new Set([
  ...["$ref", "$dynamicRef", "$recursiveRef", "allOf", "properties", "patternProperties", "additionalProperties"],
  ...["items", "prefixItems", "additionalItems", "if", "then", "else", "dependentSchemas", "unevaluatedProperties"],
]);
const alternatives = new Set(["anyOf", "oneOf"]);

/** The errors that people have to correct: the innermost ones, and one for each choice without a match. */
function causes(units: readonly OutputUnit[], hasMore: boolean): OutputUnit[] {
  const choices = units.filter(({ keyword }) => alternatives.has(keyword));
  const inChoice = (one: OutputUnit) =>
    choices.some(({ keywordLocation }) => one.keywordLocation.startsWith(`${keywordLocation}/`));
  const found = units.filter((one) => !containers.has(one.keyword) && !inChoice(one));
  const kept = hasMore
    ? found.filter(({ keyword }) => keyword !== "required" && keyword !== "not" && !alternatives.has(keyword))
    : found;
  // The validator also calls a field unknown whose value is wrong.
  const isWrong = (location: string) =>
    units.some((one) => one.keyword !== "false" && `${one.instanceLocation}/`.startsWith(`${location}/`));
  const rest = kept.filter(({ keyword, instanceLocation }) => keyword !== "false" || !isWrong(instanceLocation));
  return rest.filter((one, index) => rest.findIndex((other) => textKey(other) === textKey(one)) === index);
}

const textKey = ({ instanceLocation, error }: OutputUnit) => `${instanceLocation} ${error}`;

function errorText({ keyword, instanceLocation, error }: OutputUnit, defaults: Values): string {
  const names = instanceLocation.split("/").slice(1).map(decoded);
  const path = ["values", ...names].join(".").replaceAll(/\.(\d+)(?=\.|$)/g, "[$1]");
  const quoted = [...error.matchAll(/"([^"]*)"/g)].map(([, word = ""]) => word);
  switch (keyword) {
    case "false": {
      const beside = names.slice(0, -1).reduce<unknown>((at, name) => (isPlainObject(at) ? at[name] : {}), defaults);
      const near = nearest(names.at(-1) ?? "", Object.keys(isPlainObject(beside) ? beside : {}));
      return `${path}: expected a field of the chart, which does not have this one${near ? `; did you mean ${near}?` : ""}`;
    }
    case "type":
      return `${path}: expected ${quoted.slice(1).join(" or ")}, got ${quoted[0]}`;
    case "required":
      return `${path}.${quoted[0]}: expected a value, because the chart requires one`;
    case "enum":
      return `${path}: expected one of ${/\[.*\]/s.exec(error)?.[0].slice(1, -1).replaceAll(",", ", ")}`;
    case "anyOf":
    case "oneOf":
      return `${path}: expected one of the forms that the chart's schema lists`;
    default:
      return `${path}: ${error.replace(/\.$/, "")} (${keyword} of the chart's schema)`;
  }
}

/** A part of a JSON pointer in a URL. */
function decoded(part: string): string {
  return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
}
