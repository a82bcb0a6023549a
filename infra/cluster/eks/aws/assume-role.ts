import { z } from "zod";
import { UserError } from "../../../../core/user-error.js";
import { endpointOf } from "./endpoint.js";
import type { AwsCredentials } from "./sign.js";

/** A role, and the token that may assume it. */
export interface WebIdentity {
  readonly region: string;
  /** ARN. */
  readonly role: string;
  /** JSON web token, such as a GitLab pipeline's ID token. */
  readonly token: string;
  readonly fetch?: typeof fetch;
}

const answer = z.object({
  AssumeRoleWithWebIdentityResponse: z.object({
    AssumeRoleWithWebIdentityResult: z.object({
      Credentials: z.object({
        AccessKeyId: z.string(),
        SecretAccessKey: z.string(),
        SessionToken: z.string(),
        Expiration: z.number(),
      }),
    }),
  }),
});

/**
 * Temporary keys of a role, for a token of an identity provider that the role trusts. The request is not signed.
 *
 * @throws UserError when AWS refuses it
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRoleWithWebIdentity(identity: WebIdentity): Promise<AwsCredentials> {
  const { region, role, token, fetch: ask = fetch } = identity;
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: "timonier",
    WebIdentityToken: token,
  });
  const found = await ask(endpointOf("sts", region), {
    method: "POST",
    headers: { accept: "application/json" },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const text = await found.text();
  if (!found.ok) {
    // The body may repeat parts of the token: only the code is shown.
    const code = /"Code":\s*"(\w+)"|<Code>(\w+)<\/Code>/.exec(text)?.slice(1).find(Boolean) ?? `status ${found.status}`;
    throw new UserError(
      `AWS refuses the web identity: ${code}`,
      role,
      "compare the role's trust policy with the token's issuer, audience and subject",
    );
  }
  const { Credentials: keys } = answer.parse(JSON.parse(text)).AssumeRoleWithWebIdentityResponse
    .AssumeRoleWithWebIdentityResult;
  return {
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
    expiration: keys.Expiration * 1000,
  };
}
