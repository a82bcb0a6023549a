import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";

/** Tokens that end, and the program that gives new ones. */
export interface TokenSource {
  /**
   * The token for the next call.
   *
   * @param refused a token that the API server has just refused. @default none was
   */
  current(refused?: string): Promise<string | undefined>;
}

/** How to reach an API server. */
export interface ApiAccess {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. @default the system's own */
  readonly ca?: string | undefined;
  /** PEM of the client's certificate and key. @default none */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Bearer token. @default none */
  readonly token?: string | undefined;
  /** Where later tokens come from. @default the token stays valid */
  readonly tokens?: TokenSource | undefined;
  /** Name that the server's certificate must have. @default the server's */
  readonly serverName?: string | undefined;
  /** Accepts any certificate: a kubeconfig may ask for it. @default false */
  readonly insecure?: boolean | undefined;
}

/** What the API server refused. @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: number,
    /** `NotFound`, `Conflict`, `Expired`, … */
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** One call. */
export interface ApiCall {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default application/json; a PATCH without it is a merge patch */
  readonly contentType?: string;
  /** Form of the answer: parts of objects, say. @default application/json */
  readonly accept?: string;
  /** Milliseconds until the answer must have begun. @default the client's, 10 s */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * The few calls that the cluster's own parts make, on node's own HTTPS: the full client library costs more memory than the
 * agent has in all (docs/decisions/0042-a-thin-kubernetes-client.md).
 */
export class KubeApi {
  readonly #agent: Agent;

  /** @param timeout milliseconds until an answer must have begun, for calls that do not say */
  constructor(
    readonly access: ApiAccess,
    private readonly timeout = 10_000,
  ) {
    const { ca, cert, key, serverName, insecure } = access;
    this.#agent = new Agent({
      keepAlive: true,
      rejectUnauthorized: !insecure,
      ...(ca && { ca }),
      ...(cert && { cert, key }),
      ...(serverName && { servername: serverName }),
    });
  }

  /** Answers of any kind, the body not read yet. */
  async open(call: ApiCall): Promise<IncomingMessage> {
    const { token, tokens } = this.access;
    if (!tokens) return this.send(call, token);
    const used = await tokens.current();
    const answer = await this.send(call, used);
    if (answer.statusCode !== 401) return answer;
    const fresh = await tokens.current(used);
    if (fresh === used) return answer;
    answer.resume();
    return this.send(call, fresh);
  }

  private send(call: ApiCall, token: string | undefined): Promise<IncomingMessage> {
    const url = new URL(call.path, this.access.server);
    for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
    const method = call.method ?? "GET";
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method,
          agent: this.#agent,
          headers: {
            accept: call.accept ?? "application/json",
            ...(token && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && {
              "content-type":
                call.contentType ?? (method === "PATCH" ? "application/merge-patch+json" : "application/json"),
              "content-length": Buffer.byteLength(body),
            }),
          },
          ...(call.signal && { signal: call.signal }),
        },
        (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
      );
      const timer = setTimeout(
        () => sent.destroy(new Error(`${url.origin} does not answer`)),
        call.timeout ?? this.timeout,
      );
      sent.on("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // The server went since the connection was last used: what was asked never arrived.
        if (sent.reusedSocket && error.code === "ECONNRESET") resolve(this.send(call, token));
        else reject(error);
      });
      sent.end(body);
    });
  }

  /** @throws ApiError for every answer but 2xx */
  async call<T>(call: ApiCall): Promise<T> {
    const answer = await this.open(call);
    const text = await readAll(answer);
    const code = answer.statusCode ?? 0;
    if (code >= 200 && code < 300) return parse(text) as T;
    throw apiError(code, text);
  }

  /** @returns undefined when there is no such object */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.call<T>({ path });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** Whether the server says that it is ready. Never throws. */
  async isReady(timeout: number): Promise<boolean> {
    try {
      const answer = await this.open({ path: "/readyz", timeout, signal: AbortSignal.timeout(timeout) });
      answer.resume();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** The error in a Status body, or the text itself. */
export function apiError(code: number, text: string): ApiError {
  const status = parse(text) as { reason?: string; message?: string } | undefined;
  return new ApiError(
    code,
    status?.reason ?? "",
    status?.message ?? `the API server answered ${code}: ${text.slice(0, 200)}`,
  );
}

async function readAll(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
