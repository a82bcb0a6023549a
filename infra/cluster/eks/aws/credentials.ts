import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { UserError } from "../../../../core/user-error.js";
import { assumeRoleWithWebIdentity } from "./assume-role.js";
import { containerCredentials, instanceCredentials } from "./metadata.js";
import type { AwsCredentials } from "./sign.js";

/** What is looked at for credentials. */
export interface CredentialSources {
  readonly region: string;
  /** Setting aws:profile. @default the environment's */
  readonly profile?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** @default the global fetch */
  readonly fetch?: typeof fetch;
}

/**
 * Credentials from where AWS's own programs find them, in their order: the environment, a web identity (a pipeline's ID
 * token), the profile, the container's or the machine's role. Profiles that sign in by single sign-on, assume roles or run
 * a program are resolved by the AWS CLI, which they need anyway.
 *
 * @throws UserError when there are no credentials, or AWS refuses them
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export async function findCredentials(sources: CredentialSources): Promise<AwsCredentials> {
  const { env = process.env, profile } = sources;
  // A profile that the settings name comes before the environment's keys.
  if (profile === undefined) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN };
    const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role } = env;
    if (file && role)
      return assumeRoleWithWebIdentity({ ...sources, role, token: (await readFile(file, "utf8")).trim() });
  }
  const found = (await profileCredentials(profile ?? env.AWS_PROFILE, env)) ?? (await roleCredentials(sources, env));
  if (found) return found;
  throw new UserError(
    "there are no AWS credentials",
    profile === undefined ? "the environment, ~/.aws, and this machine's role" : `profile ${profile} in ~/.aws`,
    "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile: pulumi config set aws:profile NAME",
  );
}

async function roleCredentials({ fetch: ask = fetch, profile }: CredentialSources, env: NodeJS.ProcessEnv) {
  if (profile !== undefined) return undefined;
  return (await containerCredentials(ask, env)) ?? instanceCredentials(ask, env);
}

/** undefined: neither file has the profile. */
async function profileCredentials(
  name: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<AwsCredentials | undefined> {
  const folder = join(env.HOME ?? homedir(), ".aws");
  const profile = name ?? "default";
  const read = (file: string) => readFile(file, "utf8").catch(() => "");
  const [credentials, config] = await Promise.all([
    read(env.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, "credentials")),
    read(env.AWS_CONFIG_FILE ?? join(folder, "config")),
  ]);
  const written = {
    ...section(config, profile === "default" ? profile : `profile ${profile}`),
    ...section(credentials, profile),
  };
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = written;
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey, sessionToken: written.aws_session_token };
  const indirect = ["sso_session", "sso_start_url", "role_arn", "credential_process", "login_session"];
  return indirect.some((key) => written[key] !== undefined) ? exported(profile, env) : undefined;
}

/** One section of a file of AWS's. @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html */
export function section(text: string, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const [, header] = /^\s*\[\s*(.*?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) inside = header.replace(/\s+/, " ") === name;
    const [, key, value] = /^([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inside && key !== undefined && value !== undefined) found[key] = value;
  }
  return found;
}

const exportedKeys = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string().optional(),
  Expiration: z.string().optional(),
});

/** @see https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html */
async function exported(profile: string, env: NodeJS.ProcessEnv): Promise<AwsCredentials> {
  const args = ["configure", "export-credentials", "--format", "process", "--profile", profile];
  try {
    const { stdout } = await promisify(execFile)("aws", args, { env, timeout: 30_000 });
    const keys = exportedKeys.parse(JSON.parse(stdout));
    return {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.SessionToken,
      expiration: keys.Expiration === undefined ? undefined : Date.parse(keys.Expiration),
    };
  } catch (cause) {
    const { code, stderr } = cause as { readonly code?: unknown; readonly stderr?: string };
    const what =
      code === "ENOENT"
        ? "profile needs the AWS CLI to sign in, and there is no `aws` in PATH"
        : `profile gives no credentials: ${stderr?.trim().split("\n").at(-1) || "the AWS CLI gave no reason"}`;
    const fix =
      code === "ENOENT" ? "install the AWS CLI, or export AWS_ACCESS_KEY_ID" : `aws sso login --profile ${profile}`;
    throw new UserError(`the ${what}`, `profile ${profile} in ~/.aws`, fix, { cause });
  }
}
