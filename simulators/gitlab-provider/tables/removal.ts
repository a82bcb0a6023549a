import { waitFor } from "@timonier/kit/wait";
import type { Context } from "@timonier/provider-host/plugin";
import type { PluginConfig } from "../provider-config.js";
import type { Place, Table } from "../resource-table.js";
import { type Api, fill, isRefusal } from "../rest-api.js";
import type { Json } from "../wire.js";

/** Longest wait for a deletion, in milliseconds: GitLab deletes in the background. */
const REMOVAL_TIMEOUT = 600_000;

/** Names of a project's and a group's settings for deletion. */
export interface RemovalSettings {
  readonly kind: "project" | "group";
  /** Input that asks for immediate and final removal. */
  readonly permanent: string;
  /** Attribute of the answer with the full path. */
  readonly fullPath: string;
}

/**
 * Deletes a project or group in GitLab's two steps: the first marks it and frees its path, and it can be restored; the
 * second, if the program asks for it, removes it finally.
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
    if (!(await removeForGood(api, item, marked, settings))) {
      context.log("warning", keptFor(marked, settings));
      return;
    }
    await settled(api, item, context, (found) => !found);
  };
}

/** Whether it is marked for deletion: for a program it is deleted. */
export function isMarked(answer: Json): boolean {
  return Boolean(answer.marked_for_deletion_on ?? answer.marked_for_deletion_at);
}

/** A second deletion of what is marked already is refused, and counts as done. */
async function markForDeletion(api: Api, item: string): Promise<void> {
  try {
    await api.delete(item);
  } catch (error) {
    const found = isRefusal(error, 400, 409) ? await api.find(item) : undefined;
    if (!found || !isMarked(found)) throw error;
  }
}

/** The message about a deletion that GitLab executes later. */
export function keptFor(marked: Json, { fullPath }: Pick<RemovalSettings, "fullPath">): string {
  const since = String(marked.marked_for_deletion_on ?? marked.marked_for_deletion_at);
  return `GitLab keeps ${String(marked[fullPath])}, marked for deletion on ${since}, until its retention period ends (30 days on gitlab.com)`;
}

/**
 * Asks for the second step.
 *
 * @returns false where GitLab deletes later: top-level groups anywhere, and everything where
 * immediate deletion is off, as it always is on gitlab.com
 * @see https://gitlab.com/gitlab-org/gitlab/-/merge_requests/205572
 */
async function removeForGood(api: Api, item: string, marked: Json, settings: RemovalSettings): Promise<boolean> {
  const query = { permanently_remove: true, full_path: marked[settings.fullPath] };
  try {
    await api.delete(item, query);
    return true;
  } catch (error) {
    // Which of the two it is differs between versions. That it is marked has been seen.
    if (isRefusal(error, 400, 403)) return false;
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

/** An object that was created recently; an older one of the same name does not count. */
export function justMade(answer: Json | undefined): Json | undefined {
  const age = Date.now() - Date.parse(String(answer?.created_at ?? ""));
  return age < 600_000 ? answer : undefined;
}

/** The full path of a project or group, from its namespace and path. */
export async function fullPathOf(api: Api, namespaceId: unknown, path: unknown): Promise<string> {
  if (namespaceId === undefined) return `${String((await api.get("user")).username)}/${String(path)}`;
  const namespace = await api.get(fill("namespaces/{namespaceId}", { namespaceId }));
  return `${String(namespace.full_path)}/${String(path)}`;
}

/** Whether a place is that of an object that has an id. */
export function hasId(place: Place): boolean {
  return place.objectId !== undefined && place.objectId !== "";
}
