import type { PropertySchema } from "@pulumi/gitlab/schema";
import type { Properties } from "@timonier/provider-host/plugin";
import type { Mapped, Place } from "./resource-table.js";
import { covers, fromWire, type Json, snake, toWire, zero } from "./wire.js";

/** The resource's properties that GitLab's answer holds. */
export function propertiesFrom({ schema, table, types }: Mapped, answer: Json, known: Properties): Properties {
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

/** What is known of a resource besides GitLab's answer. */
export interface Known {
  readonly inputs: Properties;
  /** The state before. */
  readonly old: Properties;
  /** Parts of the resource's id. */
  readonly place: Place;
}

/**
 * The state after GitLab's answer: the answer's values over the inputs over the state before. Where
 * the answer means the same as an input, the input's own spelling is kept.
 */
export function stateOf(mapped: Mapped, answer: Json, { inputs, old, place }: Known): Properties {
  const { schema, table } = mapped;
  const state: Properties = { ...old, ...inputs };
  for (const [name, value] of Object.entries(propertiesFrom(mapped, answer, { ...old, ...inputs }))) {
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
 * The inputs that would create what GitLab has: the program's where they still hold, GitLab's
 * values where they drifted. An import has no inputs, so all of GitLab's values are taken.
 */
export function inputsOf(mapped: Mapped, answer: Json, { inputs, old, place }: Known): Properties {
  const { schema, table } = mapped;
  const now = propertiesFrom(mapped, answer, { ...old, ...inputs });
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

/** Whether an input that is missing in an answer was removed in GitLab, rather than one that GitLab never returns. */
function drifted({ table }: Mapped, name: string): boolean {
  const unreturned = [...(table.local ?? []), ...(table.writeOnly ?? []), ...(table.createOnly ?? []), ...table.id];
  return table.cleared !== undefined && name in table.cleared && !unreturned.includes(name);
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
