import { UserError } from "@timonier/kit/user-error";
import type { Engine } from "./engine.js";
import type { Context, Plugin, Properties, ResourceKind } from "./plugin.js";
import { isUnknown } from "./properties.js";

/** How the engine configured the provider: not yet, with settings that are unknown before the update, or completely. */
type Setup<Config> =
  | { readonly kind: "none" }
  | { readonly kind: "unknown" }
  | { readonly kind: "known"; config: Config };

/** One provider of one run: its configuration, its resources, and whether it was cancelled. */
export class Session<Config> {
  readonly #cancelled = new AbortController();
  #setup: Setup<Config> = { kind: "none" };

  constructor(
    readonly plugin: Plugin<Config>,
    public engine: Engine,
  ) {}

  async configure(args: Properties): Promise<void> {
    this.#setup = isUnknown(args) ? { kind: "unknown" } : { kind: "known", config: await this.plugin.configure(args) };
  }

  /** Whether handlers can be called: not while a setting is unknown. */
  get ready(): boolean {
    return this.#setup.kind === "known";
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  /** @throws UserError for a token that the plugin lacks */
  kind(urn: string): ResourceKind<Config> {
    const token = urn.split("::")[2]?.split("$").pop() ?? "";
    const kind = this.plugin.resources[token];
    if (kind) return kind;
    throw new UserError(
      `the ${this.plugin.name} plugin ${this.plugin.version} of this checkout has no resource ${token}`,
      urn,
      "use the official plugin, or add the resource to this one",
      { code: "TIM-411" },
    );
  }

  /** @param timeout custom timeout of the resource in seconds, 0 for none */
  context(urn: string, preview: boolean, timeout = 0): Context<Config> {
    const setup = this.#setup;
    const name = this.plugin.name;
    const signals = [this.#cancelled.signal, ...(timeout > 0 ? [AbortSignal.timeout(timeout * 1000)] : [])];
    return {
      get config(): Config {
        if (setup.kind === "known") return setup.config;
        throw new UserError(
          `the settings of the ${name} provider are not known yet`,
          urn || `the provider ${name}`,
          "set them to values that do not come from resources that do not exist yet",
          { code: "TIM-412" },
        );
      },
      preview,
      urn,
      signal: AbortSignal.any(signals),
      log: (severity, message, options) => this.engine.log(severity, message, urn, options?.ephemeral ?? false),
    };
  }
}
