import { UserError } from "@timonier/kit/user-error";
import { endpointOf } from "./endpoint.js";
import { type AwsCredentials, signHeaders } from "./sign.js";

/** How to reach AWS. */
export interface AwsAccess {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
}

/** A request that AWS rejected. */
export class AwsError extends Error {
  override readonly name = "AwsError";

  constructor(
    readonly status: number,
    /** `ResourceNotFoundException`, `AccessDenied`, … */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** One request. */
interface AwsCall {
  /** Name in the signature. */
  readonly service: string;
  /** First part of the host. @default the service */
  readonly host?: string;
  /** @default / */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Operation of a service that takes JSON: it is sent with POST. @default GET */
  readonly target?: string;
  readonly body?: unknown;
}

/** Requests to AWS before Pulumi creates anything, and after its plugin has ended. */
export class AwsApi {
  constructor(private readonly access: AwsAccess) {}

  /** Body of an answer, from JSON. @throws AwsError when AWS rejects the request, UserError when it does not answer */
  async json<T>(call: AwsCall): Promise<T> {
    return JSON.parse((await this.text(call)) || "{}") as T;
  }

  /** Body of an answer. @throws AwsError when AWS rejects the request, UserError when it does not answer */
  async text({ service, host = service, path = "/", query = {}, target, body }: AwsCall): Promise<string> {
    const { region, credentials, fetch: ask = fetch } = this.access;
    const url = new URL(path, endpointOf(host, region));
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const method = target === undefined ? "GET" : "POST";
    const content = target === undefined ? "" : JSON.stringify(body ?? {});
    const headers: Record<string, string> = {
      accept: "application/json",
      ...(target !== undefined && { "content-type": "application/x-amz-json-1.1", "x-amz-target": target }),
    };
    const signed = await signHeaders(
      { method, url, headers, body: content },
      { region, service, credentials, now: new Date() },
    );
    const answer = await ask(url, {
      method,
      headers: signed,
      ...(content && { body: content }),
      signal: AbortSignal.timeout(15_000),
    }).catch((cause: unknown) => {
      throw unreachable(url, cause);
    });
    const text = await answer.text();
    if (answer.ok) return text;
    throw refusal(answer, text);
  }

  /**
   * The result of a request; undefined if its object does not exist, or the credentials have no
   * permission to read it.
   */
  async maybe<T>(request: Promise<T>): Promise<T | undefined> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof AwsError && (isMissing(error) || isDenied(error))) return undefined;
      throw error;
    }
  }
}

/** Whether AWS says that the object does not exist. */
export function isMissing({ code }: AwsError): boolean {
  return /NotFound|NoSuch/.test(code);
}

/** Whether AWS says that the credentials lack the permission. */
export function isDenied({ code }: AwsError): boolean {
  return /AccessDenied|UnauthorizedOperation|NotAuthorized/.test(code);
}

/** A rejected request as an error with a fix; any other error as it is. */
export function refused(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  const fix = "renew the credentials (aws sso login, a new ID token), or have the identity allowed to do this";
  return new UserError(`AWS refuses these credentials: ${error.message} (${error.code})`, "AWS", fix, {
    code: "TIM-311",
    cause: error,
  });
}

/** Each AWS protocol has its own place for the error code. */
function refusal(answer: Response, text: string): AwsError {
  const [, query] = /<Code>([\w.]+)<\/Code>/.exec(text) ?? [];
  const [, json] = /"(?:__type|code|Code)"\s*:\s*"(?:[\w.]+#)?(\w+)"/.exec(text) ?? [];
  const header = answer.headers.get("x-amzn-errortype")?.split(":")[0];
  const [, message] = /"[mM]essage"\s*:\s*"([^"]*)"|<Message>([^<]*)<\/Message>/.exec(text)?.filter(Boolean) ?? [];
  const code = header ?? query ?? json ?? `status ${answer.status}`;
  return new AwsError(answer.status, code, message ?? code);
}

function unreachable(url: URL, cause: unknown): UserError {
  const { message, cause: inner } = cause as Error;
  const reason = inner instanceof Error ? inner.message : message;
  return new UserError(`AWS does not answer: ${reason}`, url.origin, "check the setting aws:region, and the network", {
    code: "TIM-312",
    cause,
  });
}
