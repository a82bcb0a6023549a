import { notFound } from "../model/problem.js";
import { removeWhere, type State } from "../model/server-state.js";
import { projectOf } from "./lookups.js";
import { type Call, noContent, ok, page, type Route, route } from "./route.js";

/** What is done with an element: some need a higher role to change or delete than to read. */
export type Access = "read" | "write" | "delete";

/** Objects that a project or a group has: deploy keys, webhooks, variables. */
export interface CollectionSpec<T> {
  /** Address of the list: `/projects/:id/hooks`. */
  readonly path: string;
  /** Name of the part of an element's address: `hook_id`. */
  readonly part: string;
  /** The state's list of all such objects, of every project. */
  readonly all: (state: State) => T[];
  /** Those that the address is about. @throws Problem for a caller who may not access them */
  readonly owned: (call: Call, access: Access) => T[];
  /** What an element's address names it by. @default its id */
  readonly key?: (element: T) => string;
  /** Kind of the object in the 404 of an unknown one, as GitLab writes it. @default none */
  readonly missing?: string;
}

/** Routes that every collection has, and the search for an element. */
export interface Collection<T> extends Pick<CollectionSpec<T>, "path" | "owned"> {
  /** Address of an element. */
  readonly item: string;
  /** The element that the address names. @throws Problem 404 */
  find(call: Call, access: Access): T;
  list(view: (call: Call, element: T) => unknown): Route;
  show(view: (call: Call, element: T) => unknown): Route;
  remove(after?: (call: Call, removed: T) => void): Route;
}

/** Makes the routes of a collection. */
export function collection<T>(spec: CollectionSpec<T>): Collection<T> {
  const { path, part, all, owned, key = (element) => String((element as { id: number }).id), missing } = spec;
  const item = `${path}/:${part}`;
  const find = (call: Call, access: Access): T => {
    const found = owned(call, access).find((element) => key(element) === call.path[part]);
    if (!found) throw notFound(missing);
    return found;
  };
  return {
    path,
    owned,
    item,
    find,
    list: (view) => route("GET", path, {}, (call) => page(call, owned(call, "read"), (element) => view(call, element))),
    show: (view) => route("GET", item, {}, (call) => ok(view(call, find(call, "read")))),
    remove: (after) =>
      route("DELETE", item, {}, (call) => {
        const removed = find(call, "delete");
        removeWhere(all(call.state), (element) => element === removed);
        after?.(call, removed);
        return noContent();
      }),
  };
}

/**
 * The objects of the project that the address names.
 *
 * @param levels role that the caller needs, for all or for each kind of access
 */
export function ofProject<T extends { readonly projectId: number }>(
  all: (state: State) => T[],
  levels: number | Readonly<Record<Access, number>>,
): (call: Call, access: Access) => T[] {
  return (call, access) => {
    const { id } = projectOf(call, typeof levels === "number" ? levels : levels[access]);
    return all(call.state).filter(({ projectId }) => projectId === id);
  };
}
