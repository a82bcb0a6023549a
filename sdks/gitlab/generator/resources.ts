import { nameOf, type PropertySchema, type ResourceSchema } from "./schema.js";
import { inputMember, outputType, typeImports } from "./types.js";

/** A resource's class with its Args and State, in the shape of Pulumi's own SDKs. */
export function resourceFile(token: string, resource: ResourceSchema): string {
  const name = nameOf(token);
  const all = sorted({ ...resource.inputs, ...resource.outputs });
  const stateOnly = all.filter(([member]) => !(member in resource.inputs) || resource.required.includes(member));
  const optional = resource.required.length === 0 ? "?" : "";
  const body = `
const shape: Shape = {
  inputs: ${list(Object.keys(resource.inputs))},
  outputs: ${list(Object.keys(resource.outputs))},
  required: ${list(resource.required)},
  secretInputs: ${list(secretInputs(resource))},
  secretOutputs: ${list(resource.secretOutputs ?? [])},
};

export class ${name} extends pulumi.CustomResource {
  /** Looks up an existing resource by its id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ${name}State,
    opts?: pulumi.CustomResourceOptions,
  ): ${name} {
    return new ${name}(name, state as unknown as ${name}Args, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "${token}";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is ${name} {
    return hasType(obj, ${name}.__pulumiType);
  }

${all.map(([member, property]) => field(member, property, resource)).join("\n")}

  constructor(name: string, args${optional}: ${name}Args, opts?: pulumi.CustomResourceOptions) {
    super(${name}.__pulumiType, name, properties(shape, args, opts), options(shape, opts));
  }
}

/** What a lookup may know of the resource beforehand. */
export interface ${name}State extends ${stateBase(name, resource)} {
${stateOnly.map(([member, property]) => inputMember(member, property, false)).join("\n")}
}

/** What the resource is made of. */
export interface ${name}Args {
${sorted(resource.inputs)
  .map(([member, property]) => inputMember(member, property, resource.required.includes(member)))
  .join("\n")}
}
`;
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    ...typeImports(body),
    'import { hasType, options, properties, type Shape } from "./utilities.js";',
    body,
  ].join("\n");
}

function stateBase(name: string, { required }: ResourceSchema): string {
  if (required.length === 0) return `${name}Args`;
  return `Omit<${name}Args, ${required.map((member) => JSON.stringify(member)).join(" | ")}>`;
}

function field(name: string, property: PropertySchema, resource: ResourceSchema): string {
  const maybe = resource.known.includes(name) ? "" : " | undefined";
  const deprecated = property.deprecated ? "  /** @deprecated as in the official provider */\n" : "";
  return `${deprecated}  declare readonly ${name}: pulumi.Output<${outputType(property.type)}${maybe}>;`;
}

function secretInputs({ inputs }: ResourceSchema): string[] {
  return Object.keys(inputs).filter((name) => inputs[name]?.secret);
}

function sorted<T>(record: Readonly<Record<string, T>>): Array<[string, T]> {
  return Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Names as a literal. */
export function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
}
