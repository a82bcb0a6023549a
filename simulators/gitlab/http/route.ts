import pLimit from "p-limit";
import { pageHeaders, pageRequest, slice } from "../model/paging.js";
import type { Spec, Values } from "../model/params.js";
import type { State } from "../model/server-state.js";
import type { Caller } from "./auth.js";
import type { Context } from "./server-context.js";

/** One REST request on its way through a handler. */
export interface Call {
  readonly context: Context;
  readonly state: State;
  /** Undefined for an anonymous request to a route that allows it. */
  readonly caller: Caller | undefined;
  /** Parts of the path, decoded. */
  readonly path: Readonly<Record<string, string>>;
  /** Query and body together. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The whole address as the client wrote it. */
  readonly address: string;
  readonly now: Date;
  /** Highest role asked for so far, for the journal. */
  role: number;
}

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route of the API. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly needs: Spec;
  readonly may: Spec;
  readonly options: RouteOptions;
  readonly handle: (call: Call, values: never) => Answer | Promise<Answer>;
}

/** What differs from the defaults of the method. */
export interface RouteOptions {
  /** Scopes of which one suffices. @default by method: api, and read_api for GET */
  readonly scopes?: readonly string[];
  /** Answers without a token as well. @default false */
  readonly open?: boolean;
  /** Parameters that clients send and GitLab ignores; every other unknown one is refused. @default none */
  readonly ignores?: readonly string[];
  /** Where the path begins. @default "/api/v4" */
  readonly base?: string;
}

/** Makes a route of the API. The types of its values follow from the parameters. */
export function route<const N extends Spec, const M extends Spec>(
  method: Route["method"],
  path: string,
  spec: { readonly needs?: N; readonly may?: M } & RouteOptions,
  handle: (call: Call, values: Values<N, M>) => Answer | Promise<Answer>,
): Route {
  const { needs = {}, may = {}, ...options } = spec;
  return { method, path, needs, may, options, handle };
}

export const ok = (body: unknown, headers: Record<string, string> = {}): Answer => ({ status: 200, body, headers });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const accepted = (): Answer => ({ status: 202, body: { message: "202 Accepted" } });
export const noContent = (): Answer => ({ status: 204 });

/** Elements of one page that are rendered at once: each may start Git processes. */
const sideBySide = 4;

/** The page of a list that the client asked for; only its elements are rendered. */
export async function page<T>(call: Call, list: readonly T[], render: (element: T) => unknown): Promise<Answer> {
  const request = pageRequest(call.raw);
  const limit = pLimit(sideBySide);
  const body = await Promise.all(slice(list, request).map((element) => limit(() => render(element))));
  return { status: 200, body, headers: pageHeaders(list.length, request, call.address) };
}
