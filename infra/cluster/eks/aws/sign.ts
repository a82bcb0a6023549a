import { createHash, createHmac } from "node:crypto";

/** Keys of an identity in AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. @default the keys are permanent */
  readonly sessionToken?: string | undefined;
  /** When temporary keys end, in milliseconds since 1970. @default unknown */
  readonly expiration?: number | undefined;
}

/** Where and for what a request is signed. */
export interface Scope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** Name in signatures: `sts`, `eks`, `logs`. */
  readonly service: string;
  readonly now: Date;
}

/** A request, as far as it is signed. */
export interface Signable {
  readonly method: "GET" | "POST";
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** SHA-256 of a text. */
export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * The headers that a request needs beside its own.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signHeaders(request: Signable, scope: Scope): Record<string, string> {
  const { time } = stamps(scope.now);
  const { sessionToken } = scope.credentials;
  const added = { "x-amz-date": time, ...(sessionToken && { "x-amz-security-token": sessionToken }) };
  const headers = { ...request.headers, ...added, host: request.url.host };
  const { signature, signed } = signatureOf({ ...request, headers }, scope, hashOf(request.body));
  const credential = `${scope.credentials.accessKeyId}/${scopeText(scope)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`;
  return { ...added, authorization };
}

/**
 * A URL that is valid for a while without any further credential.
 *
 * @param expires seconds
 * @param payload hash of the body, or what stands for it
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function presign(
  { url, headers }: Pick<Signable, "url" | "headers">,
  scope: Scope,
  expires: number,
  payload = hashOf(""),
): URL {
  const { time } = stamps(scope.now);
  const { accessKeyId, sessionToken } = scope.credentials;
  const all = { ...headers, host: url.host };
  const signed = new URL(url);
  const query: Record<string, string> = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${accessKeyId}/${scopeText(scope)}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(expires),
    ...(sessionToken && { "X-Amz-Security-Token": sessionToken }),
    "X-Amz-SignedHeaders": Object.keys(all).sort().join(";"),
  };
  for (const [key, value] of Object.entries(query)) signed.searchParams.set(key, value);
  const { signature } = signatureOf({ method: "GET", url: signed, headers: all, body: "" }, scope, payload);
  // Written as it was signed: URLSearchParams encodes a space in another way.
  return new URL(`${signed.origin}${signed.pathname}?${queryText(signed)}&X-Amz-Signature=${signature}`);
}

function signatureOf({ method, url, headers }: Signable, scope: Scope, payload: string) {
  const names = Object.keys(headers).sort();
  const signed = names.join(";");
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  // Paths are encoded twice for every service but S3.
  const path = scope.service === "s3" ? url.pathname : url.pathname.split("/").map(encode).join("/");
  const canonical = [method, path, queryText(url), lines, signed, payload].join("\n");
  const { time, day } = stamps(scope.now);
  const toSign = ["AWS4-HMAC-SHA256", time, scopeText(scope), hashOf(canonical)].join("\n");
  const key = [day, scope.region, scope.service, "aws4_request"].reduce<Buffer | string>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${scope.credentials.secretAccessKey}`,
  );
  return { signed, signature: createHmac("sha256", key).update(toSign).digest("hex") };
}

function scopeText({ now, region, service }: Scope): string {
  return `${stamps(now).day}/${region}/${service}/aws4_request`;
}

function queryText(url: URL): string {
  const pairs = [...url.searchParams].map(([key, value]) => `${encode(key)}=${encode(value)}`);
  return pairs.sort().join("&");
}

/** RFC 3986, of which encodeURIComponent leaves some characters out. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

function stamps(now: Date): { readonly time: string; readonly day: string } {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
  return { time, day: time.slice(0, 8) };
}
