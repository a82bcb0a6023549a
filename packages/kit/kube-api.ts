import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";

/** Source of tokens that expire. */
export interface TokenSource {
  /**
   * The token for the next call.
   *
   * @param refused token that the API server has just rejected @default none
   */
  current(refused?: string): Promise<string | undefined>;
}

/** How to reach an API server. */
export interface ApiAccess {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. @default the system's authorities */
  readonly ca?: string | undefined;
  /** PEM of the client's certificate and key. @default none */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Bearer token. @default none */
  readonly token?: string | undefined;
  /** Source of later tokens. @default the token does not expire */
  readonly tokens?: TokenSource | undefined;
  /** Name in the server's certificate. @default the server's host name */
  readonly serverName?: string | undefined;
  /** Accepts any certificate, if the kubeconfig says so. @default false */
  readonly insecure?: boolean | undefined;
}

/**
 * Error answer of the API server.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
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

/** One request. */
export interface ApiCall {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default application/json, and a merge patch for PATCH */
  readonly contentType?: string;
  /** Format of the response, for example metadata only. @default application/json */
  readonly accept?: string;
  /** Milliseconds until the response must begin. @default the timeout of the client, 10 s */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * A small Kubernetes client on Node's HTTPS, because the full client library needs more memory than
 * the whole agent of the cluster simulator (docs/decisions/0042-a-thin-kubernetes-client.md).
 */
export class KubeApi {
  readonly #agent: Agent;

  /** @param timeout milliseconds until a response must begin, for calls without their own timeout */
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

  /** Sends a request. @returns the response with any status, whose body is not read yet */
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
        // The server closed the idle connection, so the request did not arrive.
        if (sent.reusedSocket && error.code === "ECONNRESET") resolve(this.send(call, token));
        else reject(error);
      });
      sent.end(body);
    });
  }

  /** Sends a request and parses the response. @throws ApiError for every status but 2xx */
  async call<T>(call: ApiCall): Promise<T> {
    const answer = await this.open(call);
    const text = await readAll(answer);
    const code = answer.statusCode ?? 0;
    if (code >= 200 && code < 300) return parse(text) as T;
    throw apiError(code, text);
  }

  /** Reads an object. @returns undefined where it does not exist */
  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.call<T>({ path });
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** Whether the server is ready. Never throws. */
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

/** Error from a Status body, or from the text itself. */
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
