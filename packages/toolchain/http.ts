import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import pRetry, { AbortError } from "p-retry";
import { type Dispatcher, EnvHttpProxyAgent, fetch, type RequestInit, type Response } from "undici";

/** Longest time for a connection, in milliseconds: a vendor behind a firewall must not cost minutes. */
const CONNECT = 3_000;
/** Longest silence in an answer, in milliseconds. */
const SILENCE = 30_000;

/** A downloaded file. */
export interface Downloaded {
  readonly bytes: number;
  /** Hexadecimal SHA-256 of what was received. */
  readonly sha256: string;
}

/** Called while a download runs. `total` is undefined where the server does not announce the length. */
export type OnBytes = (received: number, total: number | undefined) => void;

/** How and where files of a release are downloaded. */
export interface Download {
  readonly http: Http;
  /** Folder to work in, on the file system of the cache. */
  readonly folder: string;
  readonly onBytes: OnBytes;
  readonly signal?: AbortSignal | undefined;
}

/** A server answered with an HTTP error status. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";

  constructor(
    readonly status: number,
    readonly url: string,
    readonly response: Response,
  ) {
    super(`${url} answered ${status}${status === 404 ? " (not published)" : ""}`);
  }
}

/** Sends requests, remembers which hosts answer, and honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export class Http {
  private readonly dispatcher: Dispatcher;
  private readonly verdicts = new Map<string, Promise<string | undefined>>();

  constructor(
    env: NodeJS.ProcessEnv = {},
    private readonly connect = CONNECT,
  ) {
    const httpProxy = env.http_proxy ?? env.HTTP_PROXY;
    const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY;
    const noProxy = env.no_proxy ?? env.NO_PROXY;
    this.dispatcher = new EnvHttpProxyAgent({
      connect: { timeout: connect },
      headersTimeout: SILENCE,
      bodyTimeout: SILENCE,
      ...(httpProxy ? { httpProxy } : {}),
      ...(httpsProxy ? { httpsProxy } : {}),
      ...(noProxy ? { noProxy } : {}),
    });
  }

  /** @returns why a host does not answer, undefined when it does; each host is asked once */
  unreachable(origin: string): Promise<string | undefined> {
    const known = this.verdicts.get(origin);
    if (known) return known;
    const verdict = this.probe(origin);
    this.verdicts.set(origin, verdict);
    return verdict;
  }

  /**
   * Sends one request, and repeats it when the connection or the server fails.
   *
   * @throws AnswerError for a status of 400 or more
   */
  get(url: string, init: RequestInit = {}): Promise<Response> {
    return this.patiently(init.signal ?? undefined, () => this.once(url, init));
  }

  /** Downloads a short text. */
  text(url: string, signal?: AbortSignal): Promise<string> {
    return this.patiently(signal, async () => (await this.once(url, { signal: signal ?? null })).text());
  }

  /** Writes the body to a file. @throws Error when it ends before its announced length */
  download(url: string, file: string, onBytes: OnBytes, init: RequestInit = {}): Promise<Downloaded> {
    return this.patiently(init.signal ?? undefined, async () => {
      const response = await this.once(url, init);
      if (!response.body) throw new Error(`${url} answered without a body`);
      const total = Number(response.headers.get("content-length")) || undefined;
      const hash = createHash("sha256");
      let bytes = 0;
      const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          hash.update(chunk);
          onBytes(bytes, total);
          done(null, chunk);
        },
      });
      try {
        await pipeline(Readable.fromWeb(response.body), count, createWriteStream(file));
      } catch (error) {
        if (isLocal(error)) throw error;
        throw new Error(`${url} ended after ${bytes} of ${total ?? "unknown"} bytes: ${reasonOf(error)}`);
      }
      if (total !== undefined && bytes !== total) throw new Error(`${url} ended after ${bytes} of ${total} bytes`);
      return { bytes, sha256: hash.digest("hex") };
    });
  }

  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  private async once(url: string, init: RequestInit): Promise<Response> {
    const response = await fetch(url, { ...init, dispatcher: this.dispatcher }).catch((error: unknown) => {
      throw new Error(`${url}: ${reasonOf(error)}`, { cause: error });
    });
    if (!response.ok) {
      const refused = new AnswerError(response.status, url, response);
      await response.body?.cancel();
      throw refused;
    }
    return response;
  }

  private patiently<T>(signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
    return pRetry(
      async () => {
        try {
          return await attempt();
        } catch (error) {
          const final = signal?.aborted || isLocal(error) || (error instanceof AnswerError && error.status < 500);
          throw final ? new AbortError(error as Error) : error;
        }
      },
      { retries: 2, minTimeout: 300, ...(signal ? { signal } : {}) },
    );
  }

  private async probe(origin: string): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(this.connect);
      const response = await fetch(origin, { method: "HEAD", redirect: "manual", dispatcher: this.dispatcher, signal });
      await response.body?.cancel();
      return undefined;
    } catch (error) {
      return `${new URL(origin).host} does not answer (${reasonOf(error)})`;
    }
  }
}

/** Whether the disk failed and not the network: repeating the request does not help. */
function isLocal(error: unknown): boolean {
  return ["ENOSPC", "EACCES", "EROFS", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Message of the innermost cause: the message of `fetch` itself says only that it failed. */
function reasonOf(error: unknown): string {
  let reason = error as Error & { code?: string };
  while (reason.cause instanceof Error) reason = reason.cause;
  if (reason.name === "TimeoutError") return "no answer in time";
  return reason.code && !reason.message.includes(reason.code)
    ? `${reason.code} ${reason.message}`.trim()
    : reason.message;
}
