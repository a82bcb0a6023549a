import { createHash, randomBytes } from "node:crypto";
import type {
  Checked,
  CheckRequest,
  Context,
  Difference,
  Olds,
  Properties,
  ResourceKind,
} from "@timonier/provider-host/plugin";
import { ResourceIncomplete } from "@timonier/provider-host/plugin";
import { changedProperties, isUnknown } from "@timonier/provider-host/properties";
import { createOnce } from "./create-once.js";
import type { PluginConfig } from "./provider-config.js";
import { bodyOf, inputsOf, propertiesFrom, stateOf } from "./resource-state.js";
import { formatId, type Mapped, type Place, parseId, type Step } from "./resource-table.js";
import { Api, fill } from "./rest-api.js";
import { covers, type Json } from "./wire.js";

/** The kind of resource that a table describes. */
export function kindOf(mapped: Mapped): ResourceKind<PluginConfig> {
  return {
    secrets: mapped.schema.secretOutputs ?? [],
    check: (news, _context, request) => check(mapped, news, request),
    diff: (_id, olds, news) => diff(mapped, olds, news),
    create: (inputs, context) => withProgress(context, () => create(mapped, inputs, context)),
    read: (id, state, inputs, context) => withProgress(context, () => read(mapped, { id, state, inputs }, context)),
    update: (id, olds, inputs, context) => withProgress(context, () => update(mapped, { id, olds, inputs }, context)),
    delete: (id, state, context) => withProgress(context, () => remove(mapped, { id, state }, context)),
  };
}

const apiOf = (context: Context<PluginConfig>) => new Api(context.config.gitlab, context.signal);

/** Runs work whose waits are shown in the engine's output. */
function withProgress<T>(context: Context<PluginConfig>, work: () => Promise<T>): Promise<T> {
  return context.config.speaking((line) => context.log("info", line, { ephemeral: true }), work);
}

async function create(mapped: Mapped, inputs: Properties, context: Context<PluginConfig>) {
  const step: Step = { api: apiOf(context), context, inputs, place: placeOf(mapped, inputs) };
  const make = mapped.table.create ?? ((to: Step, body: Json) => createOnce(mapped.table, to, body));
  return finished(mapped, step, await make(step, bodyOf(mapped, inputs, true)), {});
}

async function read(
  mapped: Mapped,
  { id, state, inputs }: { readonly id: string; readonly state: Properties; readonly inputs: Properties },
  context: Context<PluginConfig>,
) {
  const { table } = mapped;
  const place = parseId(table.id, id);
  const answer = await fetch(mapped, apiOf(context), place, { ...state, ...inputs });
  if (!answer || table.gone?.(answer)) return undefined;
  const given = inputsOf(mapped, answer, { inputs, old: state, place });
  // An import may name a project or group by its path.
  const ownId = table.id.length === 1 && table.id[0] === "objectId" ? String(answer.id) : id;
  return { id: ownId, state: stateOf(mapped, answer, { inputs: given, old: state, place }), inputs: given };
}

async function update(
  mapped: Mapped,
  { id, olds, inputs }: { readonly id: string; readonly olds: Olds; readonly inputs: Properties },
  context: Context<PluginConfig>,
) {
  const api = apiOf(context);
  const place = { ...placeOf(mapped, inputs), ...parseId(mapped.table.id, id) };
  const step: Step = { api, context, inputs, olds: olds.inputs, place };
  const changed = changedProperties(olds.inputs, inputs);
  const answer = await changeBy(mapped, step, bodyOf(mapped, inputs, false, changed), changed);
  const found = answer ?? (await fetch(mapped, api, place, inputs));
  // A removed input is no longer an echo of an input: its value is the one in GitLab's answer.
  const kept = Object.fromEntries(Object.entries(olds.state).filter(([name]) => !changed.includes(name)));
  return { state: (await finished(mapped, step, found ?? {}, kept)).state };
}

async function remove(
  { table }: Mapped,
  { id, state }: { readonly id: string; readonly state: Properties },
  context: Context<PluginConfig>,
): Promise<void> {
  const api = apiOf(context);
  const place = parseId(table.id, id);
  if (table.remove) await table.remove(api, place, state, context);
  else await api.delete(fill(table.item, place), table.itemQuery?.(place));
}

/** The object in GitLab; undefined when it does not exist. */
function fetch({ table }: Mapped, api: Api, place: Place, known: Properties): Promise<Json | undefined> {
  return table.fetch?.(api, place, known) ?? api.find(fill(table.item, place), table.itemQuery?.(place));
}

/**
 * Does the steps after GitLab created or changed the object.
 *
 * @throws ResourceIncomplete when one of them fails, with the state so far
 */
async function finished(
  mapped: Mapped,
  step: Step,
  answer: Json,
  old: Properties,
): Promise<{ id: string; state: Properties }> {
  const { table } = mapped;
  const place = { ...step.place, objectId: String(answer.id ?? step.place.objectId ?? "") };
  const id = formatId(table.id, place);
  const known = { inputs: step.inputs, old, place };
  try {
    const there = { ...step, place };
    const settled = step.olds ? answer : await settle(mapped, there, answer);
    const last = { ...settled, ...(await table.finish?.(there, settled)) };
    return { id, state: stateOf(mapped, last, known) };
  } catch (error) {
    throw new ResourceIncomplete(id, stateOf(mapped, answer, known), error);
  }
}

/** Values of inputs for the placeholders of paths. */
function placeOf({ schema, table }: Mapped, inputs: Properties): Place {
  const scalar = Object.entries(inputs).filter(([name, value]) => name in schema.inputs && typeof value !== "object");
  return { ...table.idDefaults, ...Object.fromEntries(scalar.map(([name, value]) => [name, String(value)])) };
}

/** Sends again, as a change, the inputs that GitLab did not apply when it created the object. */
async function settle(mapped: Mapped, step: Step, answer: Json): Promise<Json> {
  const { except } = mapped.table.settle ?? {};
  if (!except) return answer;
  const now = propertiesFrom(mapped, answer, step.inputs);
  const missed = Object.keys(now).filter((name) => name in step.inputs && !covers(step.inputs[name], now[name]));
  const body = bodyOf(
    mapped,
    step.inputs,
    false,
    missed.filter((name) => !except.includes(name)),
  );
  return Object.keys(body).length > 0 ? step.api.put(fill(mapped.table.item, step.place), body) : answer;
}

async function changeBy(
  { table }: Mapped,
  step: Step,
  body: Json,
  changed: readonly string[],
): Promise<Json | undefined> {
  if (typeof table.update === "function") return table.update(step, body, changed);
  if (table.update !== "PUT" || Object.keys(body).length === 0) return undefined;
  return step.api.put(fill(table.item, step.place), body, table.itemQuery?.(step.place));
}

/** Fills in a name where the program gives none, as the official provider does, and refuses invalid inputs. */
function check({ schema, table }: Mapped, news: Properties, request: CheckRequest): Checked {
  const inputs: Properties = { ...news };
  const defaults: string[] = [];
  if ("name" in schema.inputs && (news.name === undefined || news.name === null)) {
    const old = request.olds;
    const named = (old?.__defaults as string[] | undefined)?.includes("name") ? old?.name : undefined;
    inputs.name = named ?? `${request.name}-${suffix(request.seed)}`;
    defaults.push("name");
  }
  const failures = Object.entries(table.unsupported ?? {})
    .filter(([name]) => inputs[name] !== undefined && inputs[name] !== null)
    .map(([property, reason]) => ({ property, reason }));
  const known = Object.fromEntries(Object.entries(inputs).filter(([, value]) => !isUnknown(value)));
  failures.push(...(table.validate?.(known) ?? []));
  return { inputs: { ...inputs, __defaults: defaults }, failures };
}

function suffix(seed: Uint8Array): string {
  const digest = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return digest.toString("hex").slice(0, 7);
}

/** Compares old and new inputs; a change that GitLab cannot make replaces the resource. */
function diff({ schema, table }: Mapped, olds: Olds, news: Properties): Difference {
  const changed = changedProperties(olds.inputs, news).filter((name) => !sameAsked(olds.inputs[name], news[name]));
  const expired = table.expired?.(news, olds.state);
  const local = new Set(table.local ?? []);
  const fixed = (name: string) =>
    schema.inputs[name]?.replaces === true ||
    (table.replaceOn === "*" ? !local.has(name) : table.replaceOn?.includes(name) === true) ||
    table.id.includes(name);
  const replaces = changed.filter(fixed);
  if (expired) replaces.push(expired);
  const identical = table.identity?.every((name) => !changed.includes(name)) ?? false;
  return {
    changes: changed.length > 0 || expired !== undefined,
    changed: expired ? [...changed, expired] : changed,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && identical,
  };
}

/** Whether two values ask for the same; the order of a list does not matter. */
function sameAsked(one: unknown, other: unknown): boolean {
  return one !== undefined && other !== undefined && !isUnknown(other) && covers(one, other) && covers(other, one);
}
