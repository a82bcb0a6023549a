import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createRequesterFn, type RequestOptions } from "@gitbeaker/requester-utils";
import { Gitlab } from "@gitbeaker/rest";
import pRetry from "p-retry";
import type { Agent } from "undici";
import { errorMessage, GitLabError, refused, unanswered } from "./gitlab-error.js";
import { elapsed, type Progress, silent } from "./progress.js";
import { UserError } from "./user-error.js";

/** A client of one GitLab as one user. Its `requester` sends requests that the typed resources lack. */
export type GitLab = Gitlab<false>;

/** Server, token and timeouts of a client. */
export interface GitLabOptions {
  /** URL of the instance, with or without `/api/v4`. */
  readonly url: string;
  /** Personal, project or group access token; never logged. */
  readonly token: string;
  /** PEM file of the authority that signed GitLab's certificate. @default the system's authorities */
  readonly caFile?: string;
  /** Accepts any certificate. @default false */
  readonly insecure?: boolean;
  /** Sent with every request. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Timeout of one request, in milliseconds. @default 30 s */
  readonly timeout?: number;
  /** Number of retries of a request that can safely be repeated. @default 5 */
  readonly retries?: number;
  /** Called when a request is repeated or waits for the rate limit. @default not reported */
  readonly progress?: Progress;
}

/** Longest wait for the end of a rate limit, in milliseconds; after that the user decides. */
const RATE_LIMIT_PATIENCE = 120_000;

/** Methods that may be sent twice. The caller checks whether a POST without an answer was carried out. */
const repeatable = new Set(["GET", "HEAD", "PUT", "DELETE"]);

/**
 * Connects to GitLab. Nothing is sent yet.
 *
 * Repeats requests that can be repeated after 5xx answers and broken connections, with growing
 * random pauses; after a 429 it waits as long as GitLab says. A request that fails in the end
 * throws a {@link GitLabError}, which never contains the token.
 *
 * @throws UserError when the URL is invalid or the authority's file cannot be read
 */
export function connectGitLab(options: GitLabOptions): GitLab {
  const host = instanceUrl(options.url);
  const transport = createTransport(options);
  const requesterFn = createRequesterFn(
    (_service, request) => Promise.resolve(request),
    (endpoint, request) => sendPatiently(transport, endpoint, (request ?? {}) as RequestOptions),
  );
  // This module has its own pauses and timeouts, because the library's timeout includes the wait
  // for a rate limit.
  return new Gitlab({ host, oauthToken: options.token, requesterFn, rateLimits: {}, queryTimeout: null });
}

/** URL of the instance without `/api/v4`. @throws UserError when it is not an HTTP URL */
export function instanceUrl(url: string): string {
  const trimmed = url.replace(/\/+$/, "").replace(/\/api\/v4$/, "");
  if (/^https?:\/\/[^/\s]+/.test(trimmed) && URL.canParse(trimmed)) return trimmed;
  throw new UserError(`"${url}" is not a GitLab URL`, "the setting gitlab:baseUrl", "write https://HOST", {
    code: "TIM-406",
  });
}

interface Transport {
  readonly agent: () => Promise<Agent>;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly retries: number;
  readonly progress: Progress;
  /** Replaces the token in text that is shown. */
  readonly redact: (text: string) => string;
}

function createTransport(options: GitLabOptions): Transport {
  const ca = options.caFile === undefined ? undefined : readAuthority(options.caFile);
  let agent: Promise<Agent> | undefined;
  return {
    // Loaded on demand: it is the largest import here, and many commands send no request.
    agent: () => {
      agent ??= import("undici").then(
        ({ Agent }) => new Agent({ connect: { ...(ca && { ca }), rejectUnauthorized: !options.insecure } }),
      );
      return agent;
    },
    headers: options.headers ?? {},
    timeout: options.timeout ?? 30_000,
    retries: options.retries ?? 5,
    progress: options.progress ?? silent,
    redact: (text) => (options.token ? text.replaceAll(options.token, "[token]") : text),
  };
}

function readAuthority(caFile: string): string {
  try {
    return readFileSync(caFile, "utf8");
  } catch (cause) {
    throw new UserError(
      `the file of GitLab's certificate authority cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      caFile,
      "set gitlab:cacertFile to a readable PEM file",
      { code: "TIM-407" },
    );
  }
}

async function sendPatiently(transport: Transport, endpoint: string, request: RequestOptions) {
  const { signal } = request;
  return pRetry(() => send(transport, endpoint, request), {
    retries: transport.retries,
    minTimeout: 250,
    maxTimeout: 8_000,
    randomize: true,
    ...(signal && { signal }),
    shouldRetry: ({ error }) => error instanceof GitLabError && mayRepeat(error, request.method ?? "GET"),
    onFailedAttempt: async ({ error, retriesLeft }) => {
      if (!(error instanceof GitLabError) || retriesLeft === 0 || !mayRepeat(error, request.method ?? "GET")) return;
      const pause = Math.max(0, (error.retryAt ?? 0) - Date.now());
      transport.progress(`${error.what}; retrying ${pause > 0 ? `in ${elapsed(0, pause)}` : "soon"}`);
      await sleep(pause, undefined, signal ? { signal } : {});
    },
  });
}

/** Whether a request may be sent again: the error is temporary, and a second execution does no harm. */
export function mayRepeat(error: GitLabError, method: string): boolean {
  if (error.permanent) return false;
  if (error.status === 429) return (error.retryAt ?? 0) - Date.now() <= RATE_LIMIT_PATIENCE;
  const temporary = error.status === undefined || error.status >= 500;
  return temporary && (repeatable.has(method) || !error.uncertain);
}

async function send(transport: Transport, endpoint: string, request: RequestOptions) {
  const { fetch } = await import("undici");
  const method = request.method ?? "GET";
  const url = new URL(endpoint, `${request.prefixUrl?.replace(/\/+$/, "")}/`);
  const where = `${method} ${url.origin}${transport.redact(url.pathname)}`;
  if (request.searchParams) url.search = request.searchParams;
  const timeout = AbortSignal.timeout(transport.timeout);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...transport.headers, ...request.headers },
      body: (request.body as string | undefined) ?? null,
      dispatcher: await transport.agent(),
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
      // GitLab redirects from the old path of a renamed project; requests that change something do
      // not follow redirects.
      redirect: method === "GET" ? "follow" : "manual",
    });
    if (!response.ok) throw await refusal(transport, response, method, where);
    const headers = Object.fromEntries(response.headers.entries());
    const body = request.asStream ? response.body : await readBody(response);
    return { status: response.status, headers, body: body as Record<string, unknown> };
  } catch (error) {
    if (error instanceof GitLabError || request.signal?.aborted) throw error;
    throw unanswered(error, where, transport.timeout);
  }
}

type Answer = Awaited<ReturnType<typeof import("undici").fetch>>;

async function readBody(response: Answer): Promise<unknown> {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim() ?? "";
  if (response.status === 204 || response.status === 205) return null;
  if (type === "application/json") return (await response.json()) ?? {};
  return type.startsWith("text/") ? response.text() : response.blob();
}

async function refusal(transport: Transport, response: Answer, method: string, where: string): Promise<GitLabError> {
  const message = transport.redact(errorMessage(await response.text().catch(() => "")));
  const retryAt = rateLimitEnd(response.headers, Date.now());
  const uncertain = response.status >= 500 && !repeatable.has(method);
  return refused(
    { status: response.status, words: message, uncertain, ...(retryAt !== undefined && { retryAt }) },
    where,
  );
}

/**
 * Earliest time of the next request, in milliseconds since the epoch.
 *
 * @see https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
 */
export function rateLimitEnd(headers: { get(name: string): string | null }, now: number): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null && /^\d+$/.test(after)) return now + Number(after) * 1000;
  const reset = headers.get("ratelimit-reset");
  if (reset !== null && /^\d+$/.test(reset)) return Number(reset) * 1000;
  return undefined;
}
