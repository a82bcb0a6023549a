import { existsSync, readFileSync } from "node:fs";
import { UserError } from "@timonier/kit/user-error";

/** How the embedded GitLab behaves; kept in `settings.json` of its folder. */
export interface GitLabSettings {
  /** What the licence allows. @default "free" */
  readonly tier: "free" | "premium";
  /** Which GitLab it simulates: they differ in what Free allows. @default "self-managed" */
  readonly flavour: "gitlab.com" | "self-managed";
  /** Path below which it is served, without a slash at the end. @default "" */
  readonly prefix: string;
  /** HTTPS, or plain HTTP. @default true */
  readonly tls: boolean;
  /**
   * Addresses to listen on and to name in the certificate besides 127.0.0.1, for a local cluster's
   * bridge.
   *
   * @default []
   */
  readonly addresses: readonly string[];
  /** Requests a minute for each token; 0 for no limit. @default 0 */
  readonly rateLimit: number;
  /**
   * Whether webhooks may go to loopback and private addresses; in GitLab the administrator allows
   * it.
   *
   * @default false
   */
  readonly localHooks: boolean;
  /** Writes each request to `requests.jsonl`. @default false */
  readonly journal: boolean;
  /** Opens the endpoints with which tests inject faults and read the journal. @default false */
  readonly test: boolean;
  /** Version that it reports. */
  readonly version: string;
}

/** Defaults of settings that the file does not have. */
export const defaultSettings: GitLabSettings = {
  tier: "free",
  flavour: "self-managed",
  prefix: "",
  tls: true,
  addresses: [],
  rateLimit: 0,
  localHooks: false,
  journal: false,
  test: false,
  version: "18.9.1",
};

/**
 * Reads `settings.json`.
 *
 * @throws UserError with every unknown or mistyped setting at once
 */
export function readSettings(file: string): GitLabSettings {
  if (!existsSync(file)) return defaultSettings;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new UserError("the settings are not JSON", file, "correct or delete the file", { code: "TIM-429", cause });
  }
  return parseSettings(given, file);
}

/** Checks settings; pure. @throws UserError with every error at once */
export function parseSettings(given: unknown, where: string): GitLabSettings {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new UserError("the settings are not an object", where, "write {} for the defaults", { code: "TIM-429" });
  }
  const errors = Object.entries(given).flatMap(([name, value]) => {
    const check = checks[name as keyof GitLabSettings];
    if (!check) return [`${name}: unknown; known are ${Object.keys(checks).join(", ")}`];
    return check.fits(value) ? [] : [`${name}: expected ${check.expected}, got ${JSON.stringify(value)}`];
  });
  if (errors.length > 0)
    throw new UserError(errors.join("; "), where, "correct the settings named", { code: "TIM-429" });
  return { ...defaultSettings, ...given };
}

const oneOf = (...values: string[]) => ({
  expected: values.map((value) => `"${value}"`).join(" or "),
  fits: (value: unknown) => values.includes(value as string),
});
const boolean = { expected: "true or false", fits: (value: unknown) => typeof value === "boolean" };

const checks: Record<keyof GitLabSettings, { expected: string; fits: (value: unknown) => boolean }> = {
  tier: oneOf("free", "premium"),
  flavour: oneOf("gitlab.com", "self-managed"),
  prefix: {
    expected: 'a path such as "/gitlab", or ""',
    fits: (value) => typeof value === "string" && /^(\/[\w.-]+)*$/.test(value),
  },
  tls: boolean,
  addresses: {
    expected: "a list of IP addresses",
    fits: (value) => Array.isArray(value) && value.every((item) => /^[0-9a-fA-F.:]+$/.test(String(item))),
  },
  rateLimit: {
    expected: "a whole number, 0 for no limit",
    fits: (value) => Number.isInteger(value) && (value as number) >= 0,
  },
  localHooks: boolean,
  journal: boolean,
  test: boolean,
  version: { expected: 'a version such as "18.9.1"', fits: (value) => /^\d+\.\d+\.\d+$/.test(String(value)) },
};
