import type { ComponentChildren } from "preact";
import type { Call } from "../http/route.js";
import { Problem } from "../model/problem.js";
import type { Project } from "../model/types/projects.js";
import { type Links, linksOf } from "./page-address.js";

/** One request for a page: a call of the API's own kind, so that the same code decides what it may. */
export interface Visit {
  readonly call: Call;
  /** Goes into every form. */
  readonly csrf: string;
  /** Address of this page, with the prefix and the query. */
  readonly here: string;
  /** Begins a session with a token, under a new number. */
  readonly signIn: (tokenId: number) => void;
  readonly signOut: () => void;
}

/** What a page answers. */
export type PageAnswer =
  | {
      readonly kind: "page";
      readonly title: string;
      readonly body: ComponentChildren;
      /** @default 200 */
      readonly status?: number;
      readonly project?: Project;
      /** Which of the project's parts it belongs to. */
      readonly part?: ProjectPart;
      /** What was refused just now, in GitLab's words. */
      readonly refusal?: string;
    }
  | {
      readonly kind: "redirect";
      readonly to: string;
      /** @default 303 */
      readonly status?: number;
    }
  | {
      readonly kind: "bytes";
      readonly type: string;
      readonly content: Buffer;
      /** Name under which it is saved instead of shown. */
      readonly download?: string;
    };

/** Parts of a project that its navigation names. */
export type ProjectPart = "files" | "commits" | "branches" | "merge-requests";

/** A page for people. */
export interface PageRoute {
  readonly method: "GET" | "POST";
  /** As {@link routedAddress} writes it. */
  readonly path: string;
  /** Whatever the token may do: signing out. @default false */
  readonly everybody?: boolean;
  readonly handle: (visit: Visit) => PageAnswer | Promise<PageAnswer>;
}

export const get = (path: string, handle: PageRoute["handle"]): PageRoute => ({ method: "GET", path, handle });
export const post = (path: string, handle: PageRoute["handle"]): PageRoute => ({ method: "POST", path, handle });

/** Addresses of a project's pages. */
export function links({ call }: Visit, project: Project): Links {
  return linksOf(call.state, call.context.settings.prefix, project);
}

/** An address outside of projects. */
export function at({ call }: Visit, path: string): string {
  return call.context.settings.prefix + path;
}

/** One value of the query or of a form; undefined when it is not there or empty. */
export function field({ call }: Visit, name: string): string | undefined {
  const value = call.raw[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** What an error says, in the API's words; undefined where only the log knows. */
export function wordsOf(error: unknown): string | undefined {
  if (!(error instanceof Problem)) {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    return status < 500 ? (error as Error).message : undefined;
  }
  const body = error.body as { message?: unknown; error?: unknown; error_description?: unknown };
  const said = body.error_description ?? body.message ?? body.error;
  if (Array.isArray(said)) return said.join(", ");
  if (typeof said !== "object" || said === null) return String(said);
  return Object.entries(said)
    .map(([name, errors]) => `${name} ${[errors].flat().join(", ")}`)
    .join("; ");
}
