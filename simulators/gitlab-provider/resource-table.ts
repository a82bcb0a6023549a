import type { ResourceSchema } from "@pulumi/gitlab/schema";
import type { Context, Properties } from "@timonier/provider-host/plugin";
import type { PluginConfig } from "./provider-config.js";
import type { Api, Query } from "./rest-api.js";
import type { Json, NestedTypes } from "./wire.js";

/** Values for the places in paths: the parts of an id, by name. */
export type Place = Readonly<Record<string, string>>;

/** What a step of a table may use. */
export interface Step {
  readonly api: Api;
  readonly context: Context<PluginConfig>;
  /** The program's inputs. */
  readonly inputs: Properties;
  /** Inputs of the last run, in updates. */
  readonly olds?: Properties;
  /** Paths filled from inputs and id. */
  readonly place: Place;
}

/** How one type of resource maps to REST; whatever is not said follows the rule: same names in snake case. */
export interface Table {
  /** Path to POST to, and to list: `projects/{project}/hooks`. */
  readonly collection: string;
  /** Path of one object. */
  readonly item: string;
  /** Parts of an id, joined by colons as in the official provider; `objectId` is GitLab's own id of it. */
  readonly id: readonly string[];
  /** Parts of an id that the program may leave out, with what GitLab takes them to be. @default none */
  readonly idDefaults?: Place;
  /** Query that goes with the path of one object. @default none */
  readonly itemQuery?: (place: Place) => Query;

  /** Names in REST that do not follow the rule. */
  readonly names?: Readonly<Record<string, string>>;
  /** Inputs that only steer the plugin: never sent. Changing them calls nothing. */
  readonly local?: readonly string[];
  /** Outputs that GitLab tells only once, when it is made. @default none */
  readonly once?: readonly string[];
  /** Inputs that GitLab never gives back. */
  readonly writeOnly?: readonly string[];
  /** Inputs that only matter when it is made. */
  readonly createOnly?: readonly string[];
  /** Inputs that no update can change, besides those the schema names; `*` for all that are not local. */
  readonly replaceOn?: readonly string[] | "*";
  /** Properties that name it to GitLab: while they stay, old and new cannot exist side by side. @default may exist side by side */
  readonly identity?: readonly string[];
  /** Inputs that this plugin cannot carry out: refused by check, with the reason. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** What is sent for an input that was taken back. @default nothing: GitLab keeps what it has */
  readonly cleared?: Json;

  /** Inputs into a body, over the rule. */
  readonly write?: (inputs: Properties, making: boolean) => Json;
  /** Object into properties, over the rule; undefined for those that stay as they were. */
  readonly read?: (answer: Json, known: Properties) => Properties;
  /** Whether an object that GitLab still answers counts as gone. @default never */
  readonly gone?: (answer: Json) => boolean;
  /** Checks that the schema does not express. */
  readonly validate?: (inputs: Properties) => Array<{ property: string; reason: string }>;
  /** A reason to make a new one although no input changed, by name of the property. @default never */
  readonly expired?: (inputs: Properties, state: Properties) => string | undefined;

  /** Makes it. @default POST to the collection, looked up before it is repeated */
  readonly create?: (step: Step, body: Json) => Promise<Json>;
  /** Reads it. @default GET of the item */
  readonly fetch?: (api: Api, place: Place, known: Properties) => Promise<Json | undefined>;
  /** Changes it. @default none: every change makes a new one */
  readonly update?: "PUT" | ((step: Step, body: Json, changed: readonly string[]) => Promise<Json | undefined>);
  /** Deletes it. @default DELETE of the item */
  readonly remove?: (api: Api, place: Place, state: Properties, context: Context<PluginConfig>) => Promise<void>;
  /** Sends again, as an update, what GitLab did not take when it was made, but for the named inputs. @default nothing */
  readonly settle?: { readonly except: readonly string[] };
  /** Steps after creation. When one fails, the engine keeps the resource as incomplete, so that it is not orphaned. */
  readonly finish?: (step: Step, answer: Json) => Promise<Json | undefined>;

  /** Path and query that list what was made, where the collection cannot be listed. @default the collection */
  readonly listing?: { readonly path: string; readonly query: (place: Place) => Query };
  /** How one that may have been made is told from others: list the collection (`new`), or read by its place (`place`). */
  readonly lookup:
    | { readonly by: "place" }
    | { readonly by: "new"; readonly same: (answer: Json, inputs: Properties) => boolean };
}

/** A table with the part of the schema that it implements. */
export interface Mapped {
  readonly schema: ResourceSchema;
  readonly table: Table;
  /** Nested types that the schema refers to. */
  readonly types: NestedTypes;
}

/** Takes an id apart. The last part keeps its colons. @throws Error for an id that has too few parts */
export function parseId(parts: readonly string[], id: string): Place {
  const values = id.split(":");
  if (values.length < parts.length || values.includes("")) {
    throw new Error(`the id "${id}" is not of the form ${parts.map((part) => part.toUpperCase()).join(":")}`);
  }
  const head = values.slice(0, parts.length - 1);
  const all = [...head, values.slice(parts.length - 1).join(":")];
  return Object.fromEntries(parts.map((part, index) => [part, all[index] as string]));
}

/** Puts an id together from inputs and GitLab's own id. */
export function formatId(parts: readonly string[], place: Place): string {
  return parts.map((part) => place[part] ?? "").join(":");
}
