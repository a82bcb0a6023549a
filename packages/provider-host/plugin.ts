/** Named values as the engine sends and keeps them: JSON, with {@link UNKNOWN} for what is not known yet. */
export type Properties = Record<string, unknown>;

/** Level of a line in the engine's output. */
export type Severity = "debug" | "info" | "warning" | "error";

/** What a handler knows besides its arguments. */
export interface Context<Config> {
  readonly config: Config;
  /** True in a preview: nothing may be changed. */
  readonly preview: boolean;
  /** Aborted when the user cancels the run, or when the resource's custom timeout is over. */
  readonly signal: AbortSignal;
  /** The resource, for what is logged; empty in functions. */
  readonly urn: string;
  /** Logs a line for the resource in the engine's output. An ephemeral line is shown only while the operation runs. */
  log(severity: Severity, message: string, options?: { ephemeral?: boolean }): void;
}

/** An input that is refused. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What {@link ResourceKind.check} and {@link Plugin.checkConfig} found. */
export interface Checked {
  /** Inputs with defaults filled in. */
  readonly inputs: Properties;
  /** @default none */
  readonly failures?: readonly CheckFailure[];
}

/** What the engine tells about a resource that is checked. */
export interface CheckRequest {
  /** Inputs of the last run; undefined for a resource that does not exist yet. */
  readonly olds: Properties | undefined;
  /** The resource's own name in the program: the start of a generated name. */
  readonly name: string;
  /** The same bytes for the same resource in preview and update; empty when an old engine sends none. */
  readonly seed: Uint8Array;
}

/** A resource as the engine last knew it. */
export interface Olds {
  readonly inputs: Properties;
  readonly state: Properties;
}

/** What {@link ResourceKind.diff} found. */
export interface Difference {
  readonly changes: boolean;
  /** Properties whose change makes a new resource. @default none */
  readonly replaces?: readonly string[];
  /** Delete the old resource before the new one is made. @default false */
  readonly deleteBeforeReplace?: boolean;
  /** Outputs that keep their value through an update. @default none */
  readonly stables?: readonly string[];
  /** Top-level properties that differ. @default none named */
  readonly changed?: readonly string[];
}

/** One type of resource. Secrets are unwrapped for every handler, and wrapped again by the host. */
export interface ResourceKind<Config> {
  /** Outputs that are always secret. Outputs named like a secret input are secret too. @default none */
  readonly secrets?: readonly string[];
  /** Inputs whose change makes a new resource, for the built-in comparison. @default none */
  readonly replaceOn?: readonly string[];
  /** Fills in defaults and validates inputs. @default accepts the inputs unchanged */
  check?(news: Properties, ctx: Context<Config>, request: CheckRequest): Checked | Promise<Checked>;
  /** @default old against new inputs; a kind without {@link update} is replaced by any change */
  diff?(id: string, olds: Olds, news: Properties, ctx: Context<Config>): Difference | Promise<Difference>;
  /**
   * What is known before it happens; `olds` is undefined for a resource to be made.
   *
   * @default old state overlaid with inputs
   */
  preview?(news: Properties, olds: Olds | undefined, ctx: Context<Config>): Properties;
  /** Never called in a preview. @throws ResourceIncomplete when the resource exists but is not as wanted */
  create(inputs: Properties, ctx: Context<Config>): Promise<{ id: string; state: Properties }>;
  /**
   * Reads by id, for refresh and import; an import has neither state nor inputs.
   *
   * @returns undefined when it is gone.
   * @default state as it was
   */
  read?(
    id: string,
    state: Properties,
    inputs: Properties,
    ctx: Context<Config>,
  ): Promise<{ id: string; state: Properties; inputs: Properties } | undefined>;
  /** Never called in a preview. @throws ResourceIncomplete when the change was made in part */
  update?(id: string, olds: Olds, news: Properties, ctx: Context<Config>): Promise<{ state: Properties }>;
  /** @default nothing is to be deleted */
  delete?(id: string, state: Properties, ctx: Context<Config>): Promise<void>;
}

/** A function of the package: reads, changes nothing. Mark parts of its result with {@link secret}. */
export type PluginFunction<Config> = (args: Properties, ctx: Context<Config>) => Promise<Properties>;

/** A resource plugin: what {@link serve} offers to the engine. */
export interface Plugin<Config> {
  /** Name of the package: `gitlab`. */
  readonly name: string;
  /** Semantic version, without `v`. */
  readonly version: string;
  /** The package's schema as JSON. @default none */
  schema?(): string;
  /** Validates settings of the provider before anything is called. @default all are accepted */
  checkConfig?(news: Properties): Checked | Promise<Checked>;
  /**
   * Settings of the provider into whatever handlers need. Not called while a setting is unknown: then a preview
   * calls no handler but check and diff, and every output is unknown.
   */
  configure(args: Properties): Config | Promise<Config>;
  /** By type token: `gitlab:index/project:Project`. */
  readonly resources: Readonly<Record<string, ResourceKind<Config>>>;
  /** By function token. @default none */
  readonly functions?: Readonly<Record<string, PluginFunction<Config>>>;
}

/**
 * A resource exists but is incomplete: the engine keeps its id and state, so that it is not
 * orphaned, and updates it in the next run.
 */
export class ResourceIncomplete extends Error {
  override readonly name = "ResourceIncomplete";

  constructor(
    readonly id: string,
    readonly state: Properties,
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}
