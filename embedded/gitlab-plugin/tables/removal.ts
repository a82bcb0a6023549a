import { waitFor } from "../../../core/wait.js";
import type { Context } from "../../../sdks/provider-host/plugin.js";
import { type Api, fill, isRefusal } from "../api.js";
import type { PluginConfig } from "../config.js";
import type { Place, Table } from "../table.js";
import type { Json } from "../wire.js";

/** Longest wait for GitLab to carry out a deletion, in milliseconds: it is a job of its background workers. */
const REMOVAL_TIMEOUT = 600_000;

/** Names of a project's and a group's settings for deletion. */
export interface RemovalSettings {
  readonly kind: "project" | "group";
  /** Input that asks for removal at once and for good. */
  readonly permanent: string;
  /** Attribute of the answer with the full path. */
  readonly fullPath: string;
}

/**
 * Deletes a project or group in GitLab's two steps: the first marks it, frees its path and keeps it for restoring; the
 * second, where the program asks for it, removes it for good.
 *
 * @see https://docs.gitlab.com/api/projects/#delete-a-project
 */
export function twoStepRemoval(table: Pick<Table, "item">, settings: RemovalSettings): NonNullable<Table["remove"]> {
  return async (api, place, state, context) => {
    const item = fill(table.item, place);
    if (state.archiveOnDestroy === true) {
      await api.post(`${item}/archive`);
      return;
    }
    await markForDeletion(api, item);
    const marked = await settled(api, item, context, (found) => !found || isMarked(found));
    if (!marked || state[settings.permanent] !== true) return;
    await removeForGood(api, item, marked, settings);
    await settled(api, item, context, (found) => !found);
  };
}

/** Whether GitLab only keeps it for restoring: for a program it is gone. */
export function isMarked(answer: Json): boolean {
  return Boolean(answer.marked_for_deletion_on ?? answer.marked_for_deletion_at);
}

/** A second deletion of what is marked already is refused: that is no fault. */
async function markForDeletion(api: Api, item: string): Promise<void> {
  try {
    await api.delete(item);
  } catch (error) {
    const found = isRefusal(error, 400, 409) ? await api.find(item) : undefined;
    if (!found || !isMarked(found)) throw error;
  }
}

async function removeForGood(api: Api, item: string, marked: Json, settings: RemovalSettings): Promise<void> {
  const query = { permanently_remove: true, full_path: marked[settings.fullPath] };
  try {
    await api.delete(item, query);
  } catch (error) {
    // Only subgroups can be removed at once; a top-level group stays marked until its time is over.
    if (settings.kind === "group" && isRefusal(error, 400)) return;
    throw error;
  }
}

async function settled(
  api: Api,
  item: string,
  context: Context<PluginConfig>,
  done: (found: Json | undefined) => boolean,
): Promise<Json | undefined> {
  return waitFor(
    {
      what: "the deletion",
      timeout: REMOVAL_TIMEOUT,
      interval: 500,
      where: item,
      fix: "see whether GitLab's background jobs run, then run the command again",
      signal: context.signal,
      progress: (line) => context.log("info", line, { ephemeral: true }),
    },
    async () => {
      const found = await api.find(item);
      return done(found) ? { done: true, value: found } : { done: false, missing: "GitLab still has it" };
    },
  );
}

/** What was just made, and not something of that name that was there long before. */
export function justMade(answer: Json | undefined): Json | undefined {
  const age = Date.now() - Date.parse(String(answer?.created_at ?? ""));
  return age < 600_000 ? answer : undefined;
}

/** The place of a project or group that has no id yet: its namespace and path. */
export async function fullPathOf(api: Api, namespaceId: unknown, path: unknown): Promise<string> {
  if (namespaceId === undefined) return `${String((await api.get("user")).username)}/${String(path)}`;
  const namespace = await api.get(fill("namespaces/{namespaceId}", { namespaceId }));
  return `${String(namespace.full_path)}/${String(path)}`;
}

/** Whether a place is that of an object that has an id. */
export function hasId(place: Place): boolean {
  return place.objectId !== undefined && place.objectId !== "";
}
