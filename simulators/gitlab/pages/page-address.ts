import { projectPath } from "../model/namespaces.js";
import type { State } from "../model/server-state.js";
import type { Project } from "../model/types/projects.js";

/** First parts of addresses that are no namespace. @see https://docs.gitlab.com/user/reserved_names/ */
const own = /^\/(assets|dashboard|explore|users)(\/|$)/;

/**
 * An address as the router knows it. GitLab's own hold a path of any depth before `/-/`, which no
 * router takes apart: it becomes one encoded part.
 *
 * `/group/sub/project/-/tree/main` is `/p/group%2Fsub%2Fproject/-/tree/main`; `/group/sub` is
 * `/n/group%2Fsub`.
 */
export function routedAddress(url: string): string {
  const at = url.search(/[?#]/);
  const path = at < 0 ? url : url.slice(0, at);
  const query = at < 0 ? "" : url.slice(at);
  if (path === "/" || own.test(path)) return url;
  const dash = path.indexOf("/-/");
  if (dash > 0) return `/p/${encodeURIComponent(path.slice(1, dash))}${path.slice(dash)}${query}`;
  // GitLab names a group in both ways.
  const name = path.replace(/^\/groups\//, "/").replace(/^\/+|\/+$/g, "");
  return `/n/${encodeURIComponent(name)}${query}`;
}

/** Each part of a path, encoded; slashes stay. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Where a sign-in may lead: a path of this server. */
export function localPath(wanted: unknown): string | undefined {
  const path = String(wanted ?? "");
  return /^\/(?![/\\])[^\\\s]*$/.test(path) ? path : undefined;
}

/** Addresses of a project's pages, without the host. */
export interface Links {
  readonly home: string;
  readonly tree: (ref: string, path?: string) => string;
  readonly blob: (ref: string, path: string) => string;
  readonly raw: (ref: string, path: string) => string;
  readonly commits: (ref: string) => string;
  readonly commit: (sha: string) => string;
  readonly branches: string;
  readonly mergeRequests: string;
  readonly mergeRequest: (iid: number, part?: string) => string;
}

/** Addresses of a project's pages. @param prefix path that GitLab is served below */
export function linksOf(state: State, prefix: string, project: Project): Links {
  const home = `${prefix}/${encodePath(projectPath(state, project))}`;
  const at = (kind: string, ref: string, path = "") =>
    `${home}/-/${kind}/${encodePath(ref)}${path === "" ? "" : `/${encodePath(path)}`}`;
  return {
    home,
    tree: (ref, path) => at("tree", ref, path),
    blob: (ref, path) => at("blob", ref, path),
    raw: (ref, path) => at("raw", ref, path),
    commits: (ref) => at("commits", ref),
    commit: (sha) => at("commit", sha),
    branches: `${home}/-/branches`,
    mergeRequests: `${home}/-/merge_requests`,
    mergeRequest: (iid, part = "") => `${home}/-/merge_requests/${iid}${part && `/${part}`}`,
  };
}

/**
 * Divides `REF/PATH`, where both may hold slashes: the longest name of a branch or tag that fits, else the first part.
 *
 * @param names branches and tags
 */
export function splitRef(text: string, names: readonly string[]): { readonly ref: string; readonly path: string } {
  const clean = text.replace(/\/+$/, "");
  const fitting = names.filter((name) => clean === name || clean.startsWith(`${name}/`));
  const ref = fitting.sort((a, b) => b.length - a.length)[0] ?? clean.split("/")[0] ?? "";
  return { ref, path: clean.slice(ref.length + 1) };
}
