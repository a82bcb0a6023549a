import { AsyncLocalStorage } from "node:async_hooks";
import type { GitLab } from "@timonier/kit/gitlab-client";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import type { Checked, Properties } from "@timonier/provider-host/plugin";

/** What the handlers work with. */
export interface PluginConfig {
  readonly gitlab: GitLab;
  /** Runs work and reports its waits to `progress`. */
  speaking<T>(progress: Progress, work: () => Promise<T>): Promise<T>;
}

/** Settings of the provider, decoded. */
export interface Settings {
  readonly url: string;
  readonly token: string;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly retries: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly earlyAuthCheck: boolean;
}

/** Settings of the official provider that this plugin does not support, and what to do. */
const unsupported: Readonly<Record<string, string>> = {
  clientCert: "client certificates are the official plugin's",
  clientKey: "client certificates are the official plugin's",
  configFile: "glab's configuration file is the official plugin's: set baseUrl and token",
  context: "glab's configuration file is the official plugin's: set baseUrl and token",
};

/** Refuses settings that would be silently ignored. */
export function checkSettings(news: Properties): Checked {
  const failures = Object.entries(unsupported)
    .filter(([name]) => news[name] !== undefined && news[name] !== "")
    .map(([property, reason]) => ({ property, reason }));
  return { inputs: news, failures };
}

/**
 * Settings from the provider's arguments, then from the environment as the official provider reads it.
 *
 * @throws UserError without a token
 */
export function parseSettings(args: Properties, env: NodeJS.ProcessEnv): Settings {
  const text = (name: string) => (typeof args[name] === "string" && args[name] !== "" ? args[name] : undefined);
  const token = text("token") ?? env.GITLAB_TOKEN;
  if (!token) {
    throw new UserError(
      "the token for GitLab is missing",
      "the settings of the gitlab provider",
      "export GITLAB_TOKEN=…, or: pulumi config set --secret gitlab:token",
      { code: "TIM-403" },
    );
  }
  return {
    url: text("baseUrl") ?? env.GITLAB_BASE_URL ?? "https://gitlab.com",
    token,
    caFile: text("cacertFile"),
    insecure: decoded(args.insecure) === true,
    retries: decoded(args.retries) as number | undefined,
    headers: (decoded(args.headers) ?? {}) as Record<string, string>,
    earlyAuthCheck: decoded(args.earlyAuthCheck ?? env.GITLAB_EARLY_AUTH_CHECK) === true,
  };
}

/** SDKs send every value that is not a string as JSON. */
function decoded(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/**
 * Connects as the settings say.
 *
 * @throws UserError for a wrong address or file, or, with `earlyAuthCheck`, a wrong token
 */
export async function configure(args: Properties): Promise<PluginConfig> {
  const settings = parseSettings(args, process.env);
  const speaker = new AsyncLocalStorage<Progress>();
  // Loaded on demand: the engine waits for the plugin's port, and not for this.
  const { connectGitLab } = await import("@timonier/kit/gitlab-client");
  const gitlab = connectGitLab({
    url: settings.url,
    token: settings.token,
    insecure: settings.insecure,
    headers: settings.headers,
    progress: (line) => speaker.getStore()?.(line),
    ...(settings.caFile !== undefined && { caFile: settings.caFile }),
    ...(settings.retries !== undefined && { retries: settings.retries }),
  });
  if (settings.earlyAuthCheck) await gitlab.requester.get("user");
  return { gitlab, speaking: (progress, work) => speaker.run(progress, work) };
}
