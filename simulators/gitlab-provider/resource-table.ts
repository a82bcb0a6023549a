import type { ResourceSchema } from "@pulumi/gitlab/schema";
import type { Context, Properties } from "@timonier/provider-host/plugin";
import type { PluginConfig } from "./provider-config.js";
import type { Api, Query } from "./rest-api.js";
import type { Json, NestedTypes } from "./wire.js";

/** Values for the placeholders of paths: the parts of an id, by name. */
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

/** How one type of resource maps to REST. By default names are the same in snake case. */
export interface Table {
  /** Path to POST to, and to list: `projects/{project}/hooks`. */
  readonly collection: string;
  /** Path of one object. */
  readonly item: string;
  /** Parts of an id, joined by colons as in the official provider; `objectId` is GitLab's own id of it. */
  readonly id: readonly string[];
  /** Parts of an id that the program may leave out, with GitLab's defaults. @default none */
  readonly idDefaults?: Place;
  /** Query that goes with the path of one object. @default none */
  readonly itemQuery?: (place: Place) => Query;

  /** Names in REST that are not the property's name in snake case. */
  readonly names?: Readonly<Record<string, string>>;
  /** Inputs for the plugin only; they are never sent to GitLab. */
  readonly local?: readonly string[];
  /** Outputs that GitLab returns only on creation. @default none */
  readonly once?: readonly string[];
  /** Inputs that GitLab never returns. */
  readonly writeOnly?: readonly string[];
  /** Inputs that have an effect on creation only. */
  readonly createOnly?: readonly string[];
  /** Inputs that no update can change, besides those the schema names; `*` for all that are not local. */
  readonly replaceOn?: readonly string[] | "*";
  /**
   * Properties that identify it in GitLab: while they are equal, the old and the new resource
   * cannot exist at the same time.
   *
   * @default they can
   */
  readonly identity?: readonly string[];
  /** Inputs that this plugin does not support, with the reason for the error. */
  readonly unsupported?: Readonly<Record<string, string>>;
  /** Values that are sent for removed inputs. @default none: GitLab keeps its value */
  readonly cleared?: Json;

  /** Body fields that differ from the inputs. */
  readonly write?: (inputs: Properties, making: boolean) => Json;
  /** Properties that differ from the answer's fields; undefined for those that keep their value. */
  readonly read?: (answer: Json, known: Properties) => Properties;
  /** Whether an object that GitLab still returns counts as deleted. @default never */
  readonly gone?: (answer: Json) => boolean;
  /** Checks that the schema does not express. */
  readonly validate?: (inputs: Properties) => Array<{ property: string; reason: string }>;
  /** Name of the property that makes the resource due for replacement without a changed input. @default none */
  readonly expired?: (inputs: Properties, state: Properties) => string | undefined;

  /** Creates it. @default POST to the collection, looked up before it is repeated */
  readonly create?: (step: Step, body: Json) => Promise<Json>;
  /** Reads it. @default GET of the item */
  readonly fetch?: (api: Api, place: Place, known: Properties) => Promise<Json | undefined>;
  /** Changes it. @default none: every change replaces it */
  readonly update?: "PUT" | ((step: Step, body: Json, changed: readonly string[]) => Promise<Json | undefined>);
  /** Deletes it. @default DELETE of the item */
  readonly remove?: (api: Api, place: Place, state: Properties, context: Context<PluginConfig>) => Promise<void>;
  /** Sends inputs that GitLab did not apply on creation again as an update, except the named ones. @default nothing */
  readonly settle?: { readonly except: readonly string[] };
  /** Steps after creation. When one fails, the engine keeps the resource as incomplete, so that it is not orphaned. */
  readonly finish?: (step: Step, answer: Json) => Promise<Json | undefined>;

  /** Path and query of a list that contains the created object. @default the collection */
  readonly listing?: { readonly path: string; readonly query: (place: Place) => Query };
  /** How to find an object that may have been created: in the list (`new`), or by its path (`place`). */
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
