import { UserError } from "@timonier/kit/user-error";

/** User name and password for a source of charts. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Variables with the credentials of a private source. They are read here and written nowhere. */
export function credentialsIn(env: NodeJS.ProcessEnv): Credentials | undefined {
  const { TIMONIER_CHART_USERNAME: username, TIMONIER_CHART_PASSWORD: password } = env;
  return password ? { username: username || "oauth2", password } : undefined;
}

/** Header of HTTP's basic authentication. */
export function basic({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Largest download in bytes. Indexes of large repositories have 20 MB. */
const maxBytes = 64 * 1024 * 1024;
/** Milliseconds for one request. */
const timeout = 60_000;

/** Answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Buffer;
}

/**
 * Reads a URL. A status that means an error is returned, not thrown.
 *
 * @throws UserError when there is no answer
 */
export async function read(url: string | URL, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeout) });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes / 1024 / 1024} MiB`);
      chunks.push(chunk);
    }
    return { status: response.status, headers: response.headers, content: Buffer.concat(chunks) };
  } catch (error) {
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? cause.message || String(cause) : message;
    throw unreachable(`the source of the chart cannot be read (${reason})`, String(url), error);
  }
}

/** The error for a source that gave no usable answer. */
export function unreachable(what: string, where: string, cause?: unknown): UserError {
  return new UserError(what, where, "check the address and the network, then run the command again", {
    code: "TIM-823",
    cause,
  });
}

/** The error for a status that is not a success. */
export function refused({ status }: Pick<Answer, "status">, where: string): UserError {
  if (status !== 401 && status !== 403) return unreachable(`the source of the chart answered ${status}`, where);
  return new UserError(
    `the source of the chart refused access (${status})`,
    where,
    "set TIMONIER_CHART_USERNAME and TIMONIER_CHART_PASSWORD to credentials that may read it",
    { code: "TIM-823" },
  );
}
