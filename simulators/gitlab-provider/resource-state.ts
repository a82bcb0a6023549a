import type { PropertySchema } from "@pulumi/gitlab/schema";
import type { Properties } from "@timonier/provider-host/plugin";
import type { Mapped, Place } from "./resource-table.js";
import { covers, fromWire, type Json, type NestedTypes, snake, toWire, zero } from "./wire.js";

/** What GitLab's answer says of the resource's properties. */
export function told({ schema, table }: Mapped, types: NestedTypes, answer: Json, known: Properties): Properties {
  const silent = new Set([...(table.local ?? []), ...(table.writeOnly ?? [])]);
  const properties: Record<string, PropertySchema> = { ...schema.inputs, ...schema.outputs };
  const found: Properties = {};
  for (const [name, { type }] of Object.entries(properties)) {
    if (silent.has(name)) continue;
    const value = fromWire(type, answer[table.names?.[name] ?? snake(name)], types);
    if (value !== undefined) found[name] = value;
  }
  return { ...found, ...table.read?.(answer, known) };
}

/**
 * The state after GitLab's answer: what it tells, over the inputs, over what was known before. Where what it tells is what
 * was asked for, the program's own writing stays.
 */
export function stateOf(
  mapped: Mapped,
  types: NestedTypes,
  answer: Json,
  inputs: Properties,
  old: Properties,
  place: Place,
): Properties {
  const { schema, table } = mapped;
  const state: Properties = { ...old, ...inputs };
  for (const [name, value] of Object.entries(told(mapped, types, answer, { ...old, ...inputs }))) {
    const asked = inputs[name];
    state[name] =
      asked !== undefined && asked !== null && !Array.isArray(asked) && covers(asked, value) ? asked : value;
    if (Array.isArray(asked) && covers(asked, value) && scalars(asked)) state[name] = asked;
  }
  for (const part of table.id) if (part in schema.inputs) state[part] ??= typed(schema.inputs[part], place[part]);
  for (const name of schema.known) {
    const type = (schema.inputs[name] ?? schema.outputs[name])?.type;
    if (type !== undefined) state[name] ??= zero(type);
  }
  return state;
}

function scalars(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item !== "object");
}

/**
 * The inputs that would make what GitLab has: those of the program where they still hold, GitLab's values where they drifted.
 * For an import, which has none, whatever GitLab tells.
 */
export function inputsOf(
  mapped: Mapped,
  types: NestedTypes,
  answer: Json,
  inputs: Properties,
  known: Properties,
  place: Place,
): Properties {
  const { schema, table } = mapped;
  const now = told(mapped, types, answer, known);
  const imported = Object.keys(inputs).length === 0;
  const kept: Properties = { ...inputs };
  for (const name of Object.keys(schema.inputs)) {
    if (table.createOnly?.includes(name) || (!imported && !(name in inputs))) continue;
    if (imported && table.id.includes(name)) kept[name] = typed(schema.inputs[name], place[name]);
    else if (name in now && !covers(inputs[name], now[name])) kept[name] = now[name];
    else if (!(name in now) && drifted(mapped, name) && !covers(inputs[name], undefined)) delete kept[name];
  }
  return kept;
}

/** Whether an input that GitLab does not tell is one that was taken away there, and not one that it never tells. */
function drifted({ table }: Mapped, name: string): boolean {
  const untold = [...(table.local ?? []), ...(table.writeOnly ?? []), ...(table.createOnly ?? []), ...table.id];
  return table.cleared !== undefined && name in table.cleared && !untold.includes(name);
}

/** A body with the named inputs, or all of them. */
export function bodyOf({ schema, table }: Mapped, inputs: Properties, making: boolean, only?: readonly string[]): Json {
  const skipped = new Set([...(table.local ?? []), ...(making ? [] : (table.createOnly ?? []))]);
  const body: Json = {};
  for (const name of Object.keys(schema.inputs)) {
    const value = inputs[name];
    if (skipped.has(name) || (only && !only.includes(name)) || table.collection.includes(`{${name}}`)) continue;
    if (value === undefined || value === null) {
      if (only && table.cleared && name in table.cleared)
        body[table.names?.[name] ?? snake(name)] = table.cleared[name];
      continue;
    }
    body[table.names?.[name] ?? snake(name)] = toWire(value);
  }
  const written = Object.entries(table.write?.(inputs, making) ?? {});
  for (const [name, value] of written) {
    if (value === undefined) delete body[name];
    else if (!only || name in body) body[name] = value;
  }
  return body;
}

function typed(property: PropertySchema | undefined, value: string | undefined): unknown {
  return property?.type === "integer" ? Number(value) : value;
}
