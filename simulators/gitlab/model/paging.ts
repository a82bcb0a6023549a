import { readParams } from "./params.js";
import { apiError } from "./problem.js";

/** Which part of a list a client asked for. */
export interface PageRequest {
  readonly page: number;
  readonly perPage: number;
}

/**
 * Reads `page` and `per_page`: 20 by default, at most 100.
 *
 * @throws Problem 400 unless both are positive numbers
 */
export function pageRequest(query: Readonly<Record<string, unknown>>): PageRequest {
  const { page = 1, per_page: perPage = 20 } = readParams({}, { page: "integer", per_page: "integer" }, query);
  const errors = [...(page < 1 ? ["page"] : []), ...(perPage < 1 ? ["per_page"] : [])];
  if (errors.length > 0) throw apiError(400, errors.map((name) => `${name} does not have a valid value`).join(", "));
  return { page, perPage: Math.min(perPage, 100) };
}

/** One page of a list. */
export function slice<T>(list: readonly T[], { page, perPage }: PageRequest): T[] {
  return list.slice((page - 1) * perPage, page * perPage);
}

/**
 * The headers that tell a client where it is in a list.
 *
 * @param address the request's own address, with its query
 * @see https://docs.gitlab.com/api/rest/#pagination
 */
export function pageHeaders(total: number, { page, perPage }: PageRequest, address: string): Record<string, string> {
  const pages = Math.max(1, Math.ceil(total / perPage));
  const next = page < pages ? page + 1 : undefined;
  const previous = page > 1 ? page - 1 : undefined;
  const link = (to: number, relation: string) => {
    const url = new URL(address);
    url.searchParams.set("page", String(to));
    url.searchParams.set("per_page", String(perPage));
    return `<${url.href}>; rel="${relation}"`;
  };
  const links = [link(1, "first"), link(pages, "last")];
  if (next) links.unshift(link(next, "next"));
  if (previous) links.unshift(link(previous, "prev"));
  return {
    "x-next-page": next ? String(next) : "",
    "x-page": String(page),
    "x-per-page": String(perPage),
    "x-prev-page": previous ? String(previous) : "",
    "x-total": String(total),
    "x-total-pages": String(pages),
    link: links.join(", "),
  };
}
