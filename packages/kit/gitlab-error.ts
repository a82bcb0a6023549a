import { UserError } from "./user-error.js";

/** What GitLab answered when it refused, or why it did not answer. */
export interface GitLabRefusal {
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** GitLab's own words, on one line. */
  readonly words: string;
  /** True when the request may have been carried out all the same: look before it is repeated. */
  readonly uncertain: boolean;
  /** True when no repetition can help: a host that does not exist, a certificate that nobody knows. @default false */
  readonly permanent?: boolean;
  /** Earliest time to try again, in milliseconds since the epoch, when GitLab names one. */
  readonly retryAt?: number;
}

/** GitLab refused, or did not answer. */
export class GitLabError extends UserError {
  readonly status: number | undefined;
  readonly words: string;
  readonly uncertain: boolean;
  readonly permanent: boolean;
  readonly retryAt: number | undefined;

  constructor(refusal: GitLabRefusal, what: string, where: string, fix: string) {
    super(what, where, fix);
    this.status = refusal.status;
    this.words = refusal.words;
    this.uncertain = refusal.uncertain;
    this.permanent = refusal.permanent ?? false;
    this.retryAt = refusal.retryAt;
  }
}

/** Whether GitLab said that there is no such object. */
export function isGone(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.status === 404;
}

/**
 * GitLab's words in any of its error bodies, on one line.
 *
 * @example `{"message":{"path":["has already been taken"]}}` reads `path has already been taken`
 * @see https://docs.gitlab.com/api/rest/troubleshooting/
 */
export function errorWords(body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return oneLine(/^\s*</.test(body) ? body.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, " ") : body);
  }
  const { message, error, error_description, scope } = (parsed ?? {}) as Record<string, unknown>;
  const parts = [message, error, error_description].filter((part) => part !== undefined && part !== null);
  if (scope !== undefined) parts.push(`scope ${String(scope)}`);
  return oneLine(parts.map(spoken).join(": "));
}

function spoken(part: unknown): string {
  if (Array.isArray(part)) return part.map(spoken).join(", ");
  if (typeof part !== "object" || part === null) return String(part);
  return Object.entries(part)
    .map(([field, faults]) => `${field} ${spoken(faults)}`)
    .join("; ");
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Cause and fix of an answer that is not a success. */
export function refused(refusal: GitLabRefusal & { status: number }, where: string): GitLabError {
  const { what, fix } = explain(refusal.status, refusal.words);
  return new GitLabError(refusal, what, where, fix);
}

function explain(status: number, words: string): { what: string; fix: string } {
  const said = words ? `: ${words}` : "";
  switch (status) {
    case 401:
      return {
        what: `GitLab does not accept the token (401)${said}`,
        fix: "use a token that exists, has not expired and was not revoked: the setting gitlab:token or GITLAB_TOKEN",
      };
    case 403:
      return /insufficient_scope/.test(words)
        ? { what: `the token's scope is too narrow (403)${said}`, fix: "use a token with the scope that GitLab names" }
        : {
            what: `the token's user may not do this (403)${said}`,
            fix: "use a token of a user with the role for it (Maintainer for protection, tokens and hooks); some features need a paid tier",
          };
    case 404:
      return {
        what: `GitLab has no such object, or hides it from this token (404)${said}`,
        fix: "check the path or id, and that the token's user is a member; some features need a paid tier",
      };
    case 400:
      return /already been taken|already exists/.test(words)
        ? {
            what: `the name is taken (400)${said}`,
            fix: "choose another, or import what is there: `pulumi import`; a deleted project keeps its path until it is removed for good",
          }
        : { what: `GitLab refuses the request (400)${said}`, fix: "correct what GitLab names" };
    case 409:
      return {
        what: `something of that name exists already (409)${said}`,
        fix: "choose another name, or import what is there: `pulumi import`",
      };
    case 422:
      return {
        what: `GitLab refuses a value (422)${said}`,
        fix: /url/i.test(words)
          ? "use an address that GitLab may call; its administrator allows local ones under Settings > Network > Outbound requests"
          : "correct the value that GitLab names",
      };
    case 429:
      return { what: `GitLab limits the rate of requests (429)${said}`, fix: "wait, then run the command again" };
    case 301:
    case 302:
    case 307:
    case 308:
      return {
        what: `GitLab wants to be called at another address (${status})`,
        fix: "correct the setting gitlab:baseUrl (https instead of http?), or the path of a renamed project",
      };
    default:
      return status >= 500
        ? {
            what: `GitLab failed (${status})${said}`,
            fix: "run the command again; if it stays, look at GitLab's own logs",
          }
        : { what: `GitLab answered ${status}${said}`, fix: "correct what GitLab names" };
  }
}

const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
]);

/** After these the request cannot have arrived. */
const unsent = new Set(["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Cause and fix of no answer at all. */
export function unanswered(cause: unknown, where: string, timeout: number): GitLabError {
  const code = errorCode(cause);
  const host = new URL(where.slice(where.indexOf(" ") + 1)).host;
  const { what, fix, permanent } = explainSilence(code, host, timeout);
  const words = code || (cause instanceof Error ? cause.message : String(cause));
  const uncertain = !permanent && !unsent.has(code);
  return new GitLabError({ status: undefined, words, uncertain, permanent }, what, where, fix);
}

function explainSilence(code: string, host: string, timeout: number) {
  if (untrusted.has(code)) {
    return {
      permanent: true,
      what: `the certificate of ${host} is not signed by anybody known (${code})`,
      fix: "name the file of its authority: the setting gitlab:cacertFile",
    };
  }
  if (code.startsWith("CERT_") || code.startsWith("ERR_TLS")) {
    return {
      permanent: true,
      what: `the certificate of ${host} is not valid (${code})`,
      fix: "renew it, or use the name that it was made for",
    };
  }
  if (code === "ENOTFOUND") {
    return { permanent: true, what: `there is no host ${host}`, fix: "check the address: the setting gitlab:baseUrl" };
  }
  if (code === "ECONNREFUSED") {
    return {
      permanent: false,
      what: `nothing listens at ${host}`,
      fix: "start GitLab, or check the address: the setting gitlab:baseUrl",
    };
  }
  if (code === "TimeoutError" || code.startsWith("UND_ERR_")) {
    return {
      permanent: false,
      what: `${host} did not answer within ${Math.round(timeout / 1000)} s`,
      fix: "see whether GitLab is overloaded, then run the command again",
    };
  }
  return {
    permanent: false,
    what: `the connection to ${host} broke (${code || "no reason given"})`,
    fix: "check the network, then run the command again",
  };
}

/** The code of an error or of what caused it: `fetch failed` says nothing by itself. */
function errorCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === "TimeoutError") return at.name;
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return "";
}
