import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { AwsCredentials } from "./sign.js";

const keys = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string(),
  Expiration: z.string(),
});

/** Milliseconds: these addresses answer at once, or are not there. */
const PATIENCE = 1_000;

/**
 * Keys of a container's role (ECS, CodeBuild, EKS Pod Identity).
 *
 * @returns undefined when the environment names no address for them
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 */
export async function containerCredentials(
  ask: typeof fetch,
  env: NodeJS.ProcessEnv,
): Promise<AwsCredentials | undefined> {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: relative, AWS_CONTAINER_CREDENTIALS_FULL_URI: full } = env;
  const url = relative ? `http://169.254.170.2${relative}` : full;
  if (!url) return undefined;
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file, AWS_CONTAINER_AUTHORIZATION_TOKEN: plain } = env;
  const authorization = file ? (await readFile(file, "utf8")).trim() : plain;
  const found = await ask(url, {
    headers: authorization ? { authorization } : {},
    signal: AbortSignal.timeout(PATIENCE),
  });
  return found.ok ? credentialsOf(await found.json()) : undefined;
}

/**
 * Keys of a virtual machine's role.
 *
 * @returns undefined when this is no machine of AWS's, or it has no role
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
export async function instanceCredentials(
  ask: typeof fetch,
  env: NodeJS.ProcessEnv,
): Promise<AwsCredentials | undefined> {
  if (env.AWS_EC2_METADATA_DISABLED === "true") return undefined;
  const at = (path: string, init: RequestInit) =>
    ask(`http://169.254.169.254/latest/${path}`, { ...init, signal: AbortSignal.timeout(PATIENCE) });
  try {
    const session = await at("api/token", {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "60" },
    });
    const headers = { "x-aws-ec2-metadata-token": await session.text() };
    const roles = await at("meta-data/iam/security-credentials/", { headers });
    if (!roles.ok) return undefined;
    const [role] = (await roles.text()).split("\n");
    return credentialsOf(await (await at(`meta-data/iam/security-credentials/${role}`, { headers })).json());
  } catch {
    // Outside of AWS the address leads nowhere.
    return undefined;
  }
}

function credentialsOf(body: unknown): AwsCredentials {
  const { AccessKeyId, SecretAccessKey, Token, Expiration } = keys.parse(body);
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: Token,
    expiration: Date.parse(Expiration),
  };
}
