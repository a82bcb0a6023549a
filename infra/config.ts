import { z } from "zod";
import { checkSettings } from "../core/settings.js";

/** Where the repositories live. */
export type GitLabConfig =
  | { readonly kind: "embedded" }
  | { readonly kind: "remote"; readonly url: string; readonly caFile: string | undefined };

/** Every setting of a stack, checked. Descriptions and defaults: Pulumi.yaml. */
export interface PlatformConfig {
  readonly stack: string;
  readonly cluster: { readonly kind: "embedded"; readonly name: string };
  readonly gitlab: GitLabConfig;
  /** Full path of the group or user. undefined: the token's own user. */
  readonly namespace: string | undefined;
  readonly setupRepository: string;
  readonly applicationRepository: string;
  readonly branch: string;
  readonly visibility: "private" | "internal" | "public";
  /** Whether `destroy` refuses to delete the repositories. */
  readonly protect: boolean;
  readonly tokenDays: number;
  /** Milliseconds. */
  readonly timeout: number;
}

const slug = z
  .string()
  .regex(/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/, "letters, digits, '_', '-' and '.', a letter or digit first");
const wholeNumber = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.coerce.number({ error }).pipe(z.int({ error }).min(least, { error }).max(most, { error }));
};
const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, { error: values.map((value) => `"${value}"`).join(" or ") });

/** Keys as in Pulumi.yaml, without the project's name; each message says what is expected. */
export const settings = z.strictObject({
  cluster: oneOf("embedded"),
  clusterName: z.string().regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$/, "lower-case letters, digits and '-'"),
  gitlabUrl: z.url({ protocol: /^https?$/, error: "an address such as https://gitlab.com" }),
  gitlabCaFile: z.string(),
  namespace: z.string().regex(/^([\w.-]+(\/[\w.-]+)*)?$/, "a path such as team/platform"),
  setupRepository: slug,
  applicationRepository: slug,
  branch: z.string().min(1, "the name of a branch"),
  visibility: oneOf("private", "internal", "public"),
  protect: z.stringbool({ truthy: ["true"], falsy: ["false"], error: "true or false" }),
  // GitLab caps access tokens at 365 days, and a token of less than three would be renewed at every run.
  tokenDays: wholeNumber(3, 365),
  timeoutMinutes: wholeNumber(1, 120),
});

/**
 * Settings of a stack from Pulumi's flat configuration.
 *
 * @param raw `pulumi.runtime.allConfig()`: `timonier:cluster` → `embedded`
 * @throws UserError that lists every fault at once
 */
export function parseConfig(raw: Readonly<Record<string, string>>, stack: string): PlatformConfig {
  const own = Object.entries(raw).filter(([key]) => key.startsWith("timonier:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("timonier:".length), value]));
  const parsed = checkSettings(settings, values, {
    where: `configuration of stack ${stack}`,
    fix: `pulumi config set -s ${stack} KEY VALUE, or rm; meanings and defaults are in Pulumi.yaml`,
  });
  return {
    stack,
    cluster: { kind: parsed.cluster, name: parsed.clusterName || stack },
    gitlab:
      parsed.cluster === "embedded"
        ? { kind: "embedded" }
        : { kind: "remote", url: parsed.gitlabUrl.replace(/\/+$/, ""), caFile: parsed.gitlabCaFile || undefined },
    namespace: parsed.namespace || undefined,
    setupRepository: parsed.setupRepository,
    applicationRepository: parsed.applicationRepository,
    branch: parsed.branch,
    visibility: parsed.visibility,
    protect: parsed.cluster === "embedded" ? false : parsed.protect,
    tokenDays: parsed.tokenDays,
    timeout: parsed.timeoutMinutes * 60_000,
  };
}
