import { endpointOf } from "./endpoint.js";
import { type AwsCredentials, presign } from "./sign.js";

/**
 * Validity of the presigned URL in a token, in seconds: the most that EKS accepts. The token itself
 * is valid for 15 minutes.
 */
const URL_SECONDS = 60;

/** Milliseconds for which a token is used: one minute less than EKS accepts it. */
const TOKEN_LIFE = 14 * 60_000;

/** Who asks for a token, and for which cluster. */
export interface TokenRequest {
  readonly credentials: AwsCredentials;
  readonly cluster: string;
  readonly region: string;
  readonly now: Date;
}

/** A bearer token for a cluster's API server. */
export interface EksToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/**
 * The same token as `aws eks get-token` returns: a presigned request to STS, which EKS sends to
 * identify the caller. This function sends no request.
 *
 * @see
 *   https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
 */
export async function eksToken({ credentials, cluster, region, now }: TokenRequest): Promise<EksToken> {
  const url = endpointOf("sts", region);
  url.searchParams.set("Action", "GetCallerIdentity");
  url.searchParams.set("Version", "2011-06-15");
  const scope = { credentials, region, service: "sts", now };
  const signed = await presign({ url, headers: { "x-k8s-aws-id": cluster } }, scope, URL_SECONDS);
  const end = now.getTime() + TOKEN_LIFE;
  return {
    token: `k8s-aws-v1.${Buffer.from(signed.href).toString("base64url")}`,
    expires: Math.min(end, credentials.expiration?.getTime() ?? end),
  };
}

/**
 * What a kubeconfig's login command prints.
 *
 * @see https://kubernetes.io/docs/reference/config-api/client-authentication.v1beta1/
 */
export function execCredential({ token, expires }: EksToken): string {
  return JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1beta1",
    kind: "ExecCredential",
    spec: {},
    status: { token, expirationTimestamp: new Date(expires).toISOString().replace(/\.\d+/, "") },
  });
}
