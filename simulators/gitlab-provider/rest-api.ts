import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import type { Json } from "./wire.js";

/** Query of a request: names in snake case, nested ones in brackets. */
export type Query = Readonly<Record<string, unknown>>;

/**
 * Fills `{name}` in a path: `projects/{project}/hooks`.
 *
 * @throws Error for a name without a value: the table is wrong
 */
export function fill(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined || value === "") throw new Error(`no ${name} for ${template}`);
    return encodeURIComponent(String(value));
  });
}

/** Requests of one handler: ended when the run is cancelled. */
export class Api {
  constructor(
    readonly gitlab: GitLab,
    readonly signal: AbortSignal,
  ) {}

  async get(path: string, query: Query = {}): Promise<Json> {
    return (await this.#read(path, query)).body as Json;
  }

  /** The same, undefined when GitLab has no such object. */
  async find(path: string, query: Query = {}): Promise<Json | undefined> {
    try {
      return await this.get(path, query);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  /** Every page. */
  async list(path: string, query: Query = {}): Promise<Json[]> {
    const all: Json[] = [];
    for (let page = "1"; page; ) {
      const { body, headers } = await this.#read(path, { ...query, per_page: 100, page });
      all.push(...(body as unknown as Json[]));
      page = headers["x-next-page"] ?? "";
    }
    return all;
  }

  async post(path: string, body: Json = {}): Promise<Json> {
    return (await this.gitlab.requester.post<Json>(path, { body, signal: this.signal })).body;
  }

  async put(path: string, body: Json, query: Query = {}): Promise<Json> {
    return (await this.gitlab.requester.put<Json>(path, { body, searchParams: query, signal: this.signal })).body;
  }

  async patch(path: string, body: Json): Promise<Json> {
    return (await this.gitlab.requester.patch<Json>(path, { body, signal: this.signal })).body;
  }

  /** Deletes; an object that does not exist is no error. */
  async delete(path: string, query: Query = {}, body?: Json): Promise<void> {
    try {
      await this.gitlab.requester.delete(path, { searchParams: query, signal: this.signal, ...(body && { body }) });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #read(path: string, query: Query) {
    return this.gitlab.requester.get<Json>(path, { searchParams: query, signal: this.signal });
  }
}

/** Whether GitLab refused with one of the statuses. */
export function isRefusal(error: unknown, ...statuses: number[]): error is GitLabError {
  return error instanceof GitLabError && error.status !== undefined && statuses.includes(error.status);
}
