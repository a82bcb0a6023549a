import { UserError } from "./user-error.js";

/** An error answer of GitLab, or the reason of a missing answer. */
export interface GitLabRefusal {
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** GitLab's message, on one line. */
  readonly words: string;
  /** True when the request may have been carried out: check before it is repeated. */
  readonly uncertain: boolean;
  /** True when a retry cannot succeed: unknown host, unknown certificate authority. @default false */
  readonly permanent?: boolean;
  /** Earliest time of a retry, in milliseconds since the epoch. @default GitLab names none */
  readonly retryAt?: number;
}

/** GitLab rejected a request, or did not answer. */
export class GitLabError extends UserError {
  readonly status: number | undefined;
  readonly words: string;
  readonly uncertain: boolean;
  readonly permanent: boolean;
  readonly retryAt: number | undefined;

  constructor(refusal: GitLabRefusal, what: string, where: string, fix: string) {
    super(what, where, fix, { code: refusal.status === undefined ? "TIM-409" : "TIM-408" });
    this.status = refusal.status;
    this.words = refusal.words;
    this.uncertain = refusal.uncertain;
    this.permanent = refusal.permanent ?? false;
    this.retryAt = refusal.retryAt;
  }
}

/** Whether GitLab answered that the object does not exist. */
export function isGone(error: unknown): error is GitLabError {
  return error instanceof GitLabError && error.status === 404;
}

/**
 * GitLab's message from any of its error bodies, on one line.
 *
 * @example `{"message":{"path":["has already been taken"]}}` reads `path has already been taken`
 * @see https://docs.gitlab.com/api/rest/troubleshooting/
 */
export function errorMessage(body: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return oneLine(/^\s*</.test(body) ? body.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, " ") : body);
  }
  const { message, error, error_description, scope } = (parsed ?? {}) as Record<string, unknown>;
  const parts = [message, error, error_description].filter((part) => part !== undefined && part !== null);
  if (scope !== undefined) parts.push(`scope ${String(scope)}`);
  return oneLine(parts.map(asText).join(": "));
}

function asText(part: unknown): string {
  if (Array.isArray(part)) return part.map(asText).join(", ");
  if (typeof part !== "object" || part === null) return String(part);
  return Object.entries(part)
    .map(([field, messages]) => `${field} ${asText(messages)}`)
    .join("; ");
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** Error for an answer with an error status, with cause and fix. */
export function refused(refusal: GitLabRefusal & { status: number }, where: string): GitLabError {
  const { what, fix } = explain(refusal.status, refusal.words);
  return new GitLabError(refusal, what, where, fix);
}

function explain(status: number, words: string): { what: string; fix: string } {
  const detail = words ? `: ${words}` : "";
  switch (status) {
    case 401:
      return {
        what: `GitLab does not accept the token (401)${detail}`,
        fix: "use a token that exists, has not expired and was not revoked: the setting gitlab:token or GITLAB_TOKEN",
      };
    case 403:
      return explainForbidden(words, detail);
    case 404:
      return {
        what: `GitLab has no such object, or hides it from this token (404)${detail}`,
        fix: "check the path or id, and that the token's user is a member; some features need a paid tier",
      };
    case 400:
      return /already been taken|already exists/.test(words)
        ? {
            what: `the name is taken (400)${detail}`,
            fix: "choose another name, or import the existing object: `pulumi import`; a deleted project keeps its path until it is deleted permanently",
          }
        : { what: `GitLab rejects the request (400)${detail}`, fix: "correct what GitLab names" };
    case 409:
      return {
        what: `an object with this name already exists (409)${detail}`,
        fix: "choose another name, or import the existing object: `pulumi import`",
      };
    case 422:
      return {
        what: `GitLab rejects a value (422)${detail}`,
        fix: /url/i.test(words)
          ? "use an address that GitLab may call; its administrator can allow local addresses under Settings > Network > Outbound requests"
          : "correct the value that GitLab names",
      };
    case 429:
      return { what: `GitLab limits the rate of requests (429)${detail}`, fix: "wait, then run the command again" };
    case 301:
    case 302:
    case 307:
    case 308:
      return {
        what: `GitLab redirects to another address (${status})`,
        fix: "correct the setting gitlab:baseUrl (https instead of http?), or the path of a renamed project",
      };
    default:
      return status >= 500
        ? {
            what: `GitLab failed (${status})${detail}`,
            fix: "run the command again; if the error remains, check GitLab's logs",
          }
        : { what: `GitLab answered ${status}${detail}`, fix: "correct what GitLab names" };
  }
}

function explainForbidden(words: string, detail: string): { what: string; fix: string } {
  if (/insufficient_scope/.test(words)) {
    return {
      what: `the token's scope is too narrow (403)${detail}`,
      fix: "use a token with the scope that GitLab names",
    };
  }
  return {
    what: `the token's user may not do this (403)${detail}`,
    fix: "use a token of a user with the required role (Maintainer for protection, tokens and hooks); some features need a paid tier",
  };
}

const untrusted = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
]);

/** Error codes after which GitLab cannot have received the request. */
const unsent = new Set(["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Error for a missing answer, with cause and fix. */
export function unanswered(cause: unknown, where: string, timeout: number): GitLabError {
  const code = errorCode(cause);
  const host = new URL(where.slice(where.indexOf(" ") + 1)).host;
  const { what, fix, permanent } = explainNoAnswer(code, host, timeout);
  const words = code || (cause instanceof Error ? cause.message : String(cause));
  const uncertain = !permanent && !unsent.has(code);
  return new GitLabError({ status: undefined, words, uncertain, permanent }, what, where, fix);
}

function explainNoAnswer(code: string, host: string, timeout: number) {
  if (untrusted.has(code)) {
    return {
      permanent: true,
      what: `the certificate of ${host} is not signed by a known authority (${code})`,
      fix: "set gitlab:cacertFile to the PEM file of its authority",
    };
  }
  if (code.startsWith("CERT_") || code.startsWith("ERR_TLS")) {
    return {
      permanent: true,
      what: `the certificate of ${host} is not valid (${code})`,
      fix: "renew the certificate, or use a host name that it contains",
    };
  }
  if (code === "ENOTFOUND") {
    return {
      permanent: true,
      what: `host ${host} does not exist`,
      fix: "check the address: the setting gitlab:baseUrl",
    };
  }
  if (code === "ECONNREFUSED") {
    return {
      permanent: false,
      what: `no server listens on ${host}`,
      fix: "start GitLab, or check the address: the setting gitlab:baseUrl",
    };
  }
  if (code === "TimeoutError" || code.startsWith("UND_ERR_")) {
    return {
      permanent: false,
      what: `${host} did not answer within ${Math.round(timeout / 1000)} s`,
      fix: "check whether GitLab is overloaded, then run the command again",
    };
  }
  return {
    permanent: false,
    what: `the connection to ${host} broke (${code || "no reason given"})`,
    fix: "check the network, then run the command again",
  };
}

/** Code of an error or of its cause, because `fetch failed` has neither code nor reason. */
function errorCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.name === "TimeoutError") return at.name;
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return "";
}
