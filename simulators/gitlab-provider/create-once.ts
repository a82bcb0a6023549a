import { setTimeout as sleep } from "node:timers/promises";
import { GitLabError } from "@timonier/kit/gitlab-error";
import { retryNotFound } from "@timonier/kit/retry-not-found";
import type { Step, Table } from "./resource-table.js";
import { fill } from "./rest-api.js";
import { covers, type Json } from "./wire.js";

/** Largest number of attempts, and the pause after an unclear answer, in milliseconds. */
const ATTEMPTS = 4;
const PAUSE = 500;

/**
 * POSTs so that nothing is created twice: after an answer that leaves open whether the object was
 * created, it is looked up first.
 *
 * Where names are not unique, earlier objects are distinguished from the new one by their ids. A
 * token that was created without its value being received is useless: it is deleted and created
 * again.
 */
export async function createOnce(table: Table, step: Step, body: Json): Promise<Json> {
  const path = fill(table.collection, step.place);
  const before = table.lookup.by === "new" ? new Set((await listed(table, step)).map(({ id }) => id)) : undefined;
  for (let attempt = 1; ; attempt++) {
    try {
      return await retryNotFound(() => step.api.post(path, body), step.api.signal);
    } catch (error) {
      if (!(error instanceof GitLabError) || !error.uncertain) throw error;
      step.context.log("info", `${error.what}; looking whether it was made`, { ephemeral: true });
      await sleep(PAUSE * attempt, undefined, { signal: step.api.signal });
      const made = await lookUp(table, step, before);
      // Another object has the same name: the next POST gets GitLab's error for it.
      const ours = made && (table.fetch !== undefined || agrees(body, made));
      if (made && ours && !table.once) return made;
      if (made && table.once) await step.api.delete(fill(table.item, { ...step.place, objectId: String(made.id) }));
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function agrees(body: Json, made: Json): boolean {
  return Object.entries(body).every(([name, value]) => !(name in made) || covers(value, made[name]));
}

async function lookUp(table: Table, step: Step, before: ReadonlySet<unknown> | undefined): Promise<Json | undefined> {
  const { lookup } = table;
  if (lookup.by === "place") {
    return table.fetch
      ? table.fetch(step.api, step.place, step.inputs)
      : step.api.find(fill(table.item, step.place), table.itemQuery?.(step.place));
  }
  return (await listed(table, step)).find((answer) => !before?.has(answer.id) && lookup.same(answer, step.inputs));
}

async function listed(table: Table, { api, place }: Step): Promise<Json[]> {
  const { path, query } = table.listing ?? { path: table.collection, query: () => ({}) };
  return api.list(fill(path, place), query(place));
}
