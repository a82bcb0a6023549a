import { UserError } from "@timonier/kit/user-error";
import type { AwsCredentials } from "./sign.js";

/** Where credentials are searched. */
export interface CredentialSources {
  readonly region: string;
  /** Setting aws:profile. @default the environment's */
  readonly profile?: string | undefined;
}

/**
 * Credentials from the sources of the AWS CLI: the environment; a profile with keys, single
 * sign-on, a role or a program; a web identity (a pipeline's ID token); the role of the container
 * or the machine.
 *
 * @throws UserError when there are no credentials, or AWS rejects them
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function findCredentials({ region, profile }: CredentialSources): Promise<AwsCredentials> {
  // Loaded on demand: stacks without AWS do not need it.
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  const provide = defaultProvider({ ...(profile !== undefined && { profile }), clientConfig: { region } });
  try {
    return await provide();
  } catch (cause) {
    throw refusal(cause, profile);
  }
}

function refusal(cause: unknown, profile: string | undefined): UserError {
  const where =
    profile === undefined ? "the environment, ~/.aws, and this machine's role" : `profile ${profile} in ~/.aws`;
  const { name, message } = cause as Error;
  if (name === "CredentialsProviderError")
    return new UserError(
      `there are no AWS credentials: ${message.split("\n")[0]}`,
      where,
      "sign in (aws sso login), export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile: pulumi config set aws:profile NAME",
      { code: "TIM-313", cause },
    );
  // AWS's message may repeat parts of a token.
  return new UserError(
    `AWS gives no credentials: ${name}`,
    where,
    "compare the role's trust policy with the token's issuer, audience and subject",
    { code: "TIM-313" },
  );
}
