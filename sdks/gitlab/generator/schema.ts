/** A property as the official provider's schema has it. */
export interface PropertySchema {
  /** `string`, `boolean`, `integer`, `array<T>`, `map<T>`, or a nested type as `Name:Name`. */
  readonly type: string;
  readonly secret?: true;
  /** A change makes a new resource. */
  readonly replaces?: true;
  readonly deprecated?: true;
}

type Properties = Readonly<Record<string, PropertySchema>>;

/** A type of resource. */
export interface ResourceSchema {
  /** Inputs without which nothing is made. */
  readonly required: readonly string[];
  readonly inputs: Properties;
  /** Outputs that are no inputs. */
  readonly outputs: Properties;
  /** Outputs, echoes of inputs included, that always have a value. */
  readonly known: readonly string[];
  readonly secretOutputs?: readonly string[];
}

/** A function of the package. */
export interface FunctionSchema {
  readonly required: readonly string[];
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** Outputs that always have a value. */
  readonly known: readonly string[];
}

/** An object inside a property. */
export interface NestedSchema {
  readonly required: readonly string[];
  readonly properties: Properties;
  /** Properties that always have a value in outputs. */
  readonly known: readonly string[];
}

/** schema.json: names, types and flags of the part of the official provider that this package has. */
export interface PackageSchema {
  readonly version: string;
  readonly config: Properties;
  readonly resources: Readonly<Record<string, ResourceSchema>>;
  readonly types: Readonly<Record<string, NestedSchema>>;
  readonly functions: Readonly<Record<string, FunctionSchema>>;
}

/** Name of the class, function or interface: the last part of a token. */
export function nameOf(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

/** Name of the file, without its ending: the middle part of a token after the slash. */
export function fileOf(token: string): string {
  return token.slice(token.indexOf("/") + 1, token.lastIndexOf(":"));
}

/** First letter in capitals: `getProject` makes `GetProjectArgs`. */
export function capitalized(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
