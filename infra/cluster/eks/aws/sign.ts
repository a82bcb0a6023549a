import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";

/** Keys of an identity in AWS. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys. @default the keys are permanent */
  readonly sessionToken?: string;
  /** When temporary keys end. @default unknown */
  readonly expiration?: Date;
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
  /** @default none */
  readonly body?: string;
}

/**
 * All headers of a signed request.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signHeaders(request: Signable, scope: Scope): Promise<Record<string, string>> {
  const { headers } = await signerOf(scope).sign(partsOf(request), { signingDate: scope.now });
  return headers;
}

/**
 * A URL that is valid for a while without any further credential.
 *
 * @param expires seconds
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function presign(
  { url, headers }: Pick<Signable, "url" | "headers">,
  scope: Scope,
  expires: number,
): Promise<URL> {
  const options = { expiresIn: expires, signingDate: scope.now };
  const { query = {} } = await signerOf(scope).presign(partsOf({ method: "GET", url, headers }), options);
  const signed = new URL(url);
  for (const [key, value] of Object.entries(query)) signed.searchParams.set(key, String(value));
  return signed;
}

function signerOf({ credentials, region, service }: Scope): SignatureV4 {
  return new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
}

function partsOf({ method, url, headers, body }: Signable) {
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    ...(body && { body }),
  };
}
