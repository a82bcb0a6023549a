import type { Rendered } from "./flux-object.js";

/**
 * The same object without the fields that are undefined, for types whose optional fields may only
 * be left out.
 */
export function defined<T extends object>(object: Rendered<T>): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
