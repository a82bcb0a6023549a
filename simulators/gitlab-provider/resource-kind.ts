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
import { bodyOf, inputsOf, stateOf, told } from "./resource-state.js";
import { formatId, type Mapped, type Place, parseId, type Step } from "./resource-table.js";
import { Api, fill } from "./rest-api.js";
import { covers, type Json, type NestedTypes } from "./wire.js";

/** A type of resource as its table says. */
export function kindOf(mapped: Mapped, types: NestedTypes): ResourceKind<PluginConfig> {
  const { schema, table } = mapped;
  const apiOf = (context: Context<PluginConfig>) => new Api(context.config.gitlab, context.signal);
  const speaking = <T>(context: Context<PluginConfig>, work: () => Promise<T>) =>
    context.config.speaking((line) => context.log("info", line, { ephemeral: true }), work);

  const finished = async (step: Step, answer: Json, old: Properties): Promise<{ id: string; state: Properties }> => {
    const objectId = String(answer.id ?? step.place.objectId ?? "");
    const place = { ...step.place, objectId };
    const id = formatId(table.id, place);
    const state = stateOf(mapped, types, answer, step.inputs, old, place);
    try {
      const there = { ...step, place };
      const settled = step.olds ? answer : await settle(mapped, types, there, answer);
      const last = { ...settled, ...(await table.finish?.(there, settled)) };
      return { id, state: stateOf(mapped, types, last, step.inputs, old, place) };
    } catch (error) {
      throw new ResourceIncomplete(id, state, error);
    }
  };

  const update = (id: string, olds: Olds, inputs: Properties, context: Context<PluginConfig>) =>
    speaking(context, async () => {
      const api = apiOf(context);
      const place = { ...placeOf(mapped, inputs), ...parseId(table.id, id) };
      const step: Step = { api, context, inputs, olds: olds.inputs, place };
      const changed = changedProperties(olds.inputs, inputs);
      const body = bodyOf(mapped, inputs, false, changed);
      const answer = await changeBy(mapped, step, body, changed);
      const found =
        answer ??
        (await (table.fetch?.(api, place, inputs) ?? api.find(fill(table.item, place), table.itemQuery?.(place))));
      // What was taken back is no longer an echo of an input: it is whatever GitLab tells.
      const kept = Object.fromEntries(Object.entries(olds.state).filter(([name]) => !changed.includes(name)));
      return { state: (await finished(step, found ?? {}, kept)).state };
    });

  return {
    secrets: schema.secretOutputs ?? [],
    check: (news, _context, request) => check(mapped, news, request),
    diff: (_id, olds, news) => diff(mapped, olds, news),

    create: (inputs, context) =>
      speaking(context, async () => {
        const step: Step = { api: apiOf(context), context, inputs, place: placeOf(mapped, inputs) };
        const body = bodyOf(mapped, inputs, true);
        return finished(step, await (table.create ?? ((to, what) => createOnce(table, to, what)))(step, body), {});
      }),

    read: (id, state, inputs, context) =>
      speaking(context, async () => {
        const api = apiOf(context);
        const place = parseId(table.id, id);
        const known = { ...state, ...inputs };
        const answer = table.fetch
          ? await table.fetch(api, place, known)
          : await api.find(fill(table.item, place), table.itemQuery?.(place));
        if (!answer || table.gone?.(answer)) return undefined;
        const given = inputsOf(mapped, types, answer, inputs, known, place);
        // An import may name a project or group by its path.
        const ownId = table.id.length === 1 && table.id[0] === "objectId" ? String(answer.id) : id;
        return { id: ownId, state: stateOf(mapped, types, answer, given, state, place), inputs: given };
      }),

    update,

    delete: (id, state, context) =>
      speaking(context, async () => {
        const api = apiOf(context);
        const place = parseId(table.id, id);
        if (table.remove) await table.remove(api, place, state, context);
        else await api.delete(fill(table.item, place), table.itemQuery?.(place));
      }),
  };
}

/** Places in paths that inputs fill. */
function placeOf({ schema, table }: Mapped, inputs: Properties): Place {
  const scalar = Object.entries(inputs).filter(([name, value]) => name in schema.inputs && typeof value !== "object");
  return { ...table.idDefaults, ...Object.fromEntries(scalar.map(([name, value]) => [name, String(value)])) };
}

/** What GitLab did not take when it was made, it takes as a change. */
async function settle(mapped: Mapped, types: NestedTypes, step: Step, answer: Json): Promise<Json> {
  const { except } = mapped.table.settle ?? {};
  if (!except) return answer;
  const now = told(mapped, types, answer, step.inputs);
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

/** Old against new inputs; what cannot be changed makes a new one. */
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

/** Whether both ask for the same: lists of names in another order do. */
function sameAsked(one: unknown, other: unknown): boolean {
  return one !== undefined && other !== undefined && !isUnknown(other) && covers(one, other) && covers(other, one);
}
