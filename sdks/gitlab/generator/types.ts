import { capitalized, type NestedSchema, nameOf, type PackageSchema, type PropertySchema } from "./schema.js";

const plain: Readonly<Record<string, string>> = { string: "string", boolean: "boolean", integer: "number" };

/** The type of a value that is known: `string[]`, `outputs.BranchProtectionAllowedToPush[]`. */
export function outputType(type: string, namespace = "outputs."): string {
  const [, list] = type.match(/^array<(.*)>$/) ?? [];
  if (list) return `${outputType(list, namespace)}[]`;
  const [, map] = type.match(/^map<(.*)>$/) ?? [];
  if (map) return `{ [key: string]: ${outputType(map, namespace)} }`;
  return plain[type] ?? `${namespace}${capitalized(nameOf(type))}`;
}

/** The type of a value in which any part may still be an output, without the outermost `Input`. */
function inputType(type: string, namespace = "inputs."): string {
  const [, list] = type.match(/^array<(.*)>$/) ?? [];
  if (list) return `pulumi.Input<${inputType(list, namespace)}>[]`;
  const [, map] = type.match(/^map<(.*)>$/) ?? [];
  if (map) return `{ [key: string]: pulumi.Input<${inputType(map, namespace)}> }`;
  return plain[type] ?? `${namespace}${capitalized(nameOf(type))}`;
}

/** A member of Args or State. */
export function inputMember(name: string, property: PropertySchema, required: boolean, namespace?: string): string {
  const type = inputType(property.type, namespace);
  const deprecated = property.deprecated ? "  /** @deprecated as in the official provider */\n" : "";
  return required
    ? `${deprecated}  ${name}: pulumi.Input<${type}>;`
    : `${deprecated}  ${name}?: pulumi.Input<${type} | undefined>;`;
}

/** `import type` lines for the namespaces that the code uses. */
export function typeImports(code: string): string[] {
  return ["inputs", "outputs"]
    .filter((namespace) => new RegExp(`\\b${namespace}\\.[A-Z]`).test(code))
    .map((namespace) => `import type * as ${namespace} from "./types/${namespace.slice(0, -1)}.js";`);
}

/** types/input.ts: nested types whose parts may still be outputs. */
export function inputTypes(schema: PackageSchema): string {
  const used = reachable(schema, (resource) => Object.values(resource.inputs));
  const interfaces = used.map(([name, nested]) => {
    const members = Object.entries(nested.properties).map(([member, property]) =>
      inputMember(member, property, nested.required.includes(member), ""),
    );
    return `export interface ${capitalized(name)} {\n${members.join("\n")}\n}`;
  });
  return ['import type * as pulumi from "@pulumi/pulumi";', ...interfaces].join("\n\n");
}

/** types/output.ts: nested types as they come back. */
export function outputTypes(schema: PackageSchema): string {
  const interfaces = Object.entries(schema.types).map(([name, nested]) => {
    const members = Object.entries(nested.properties).map(
      ([member, { type }]) => `  ${member}${nested.known.includes(member) ? "" : "?"}: ${outputType(type, "")};`,
    );
    return `export interface ${capitalized(name)} {\n${members.join("\n")}\n}`;
  });
  return interfaces.join("\n\n");
}

type Resource = PackageSchema["resources"][string];

function reachable(
  schema: PackageSchema,
  from: (resource: Resource) => readonly PropertySchema[],
): Array<[string, NestedSchema]> {
  const names = new Set<string>();
  const visit = (properties: readonly PropertySchema[]) => {
    for (const { type } of properties) {
      const [, name] = type.match(/(\w+):\w+>*$/) ?? [];
      const nested = name === undefined ? undefined : schema.types[name];
      if (name === undefined || nested === undefined || names.has(name)) continue;
      names.add(name);
      visit(Object.values(nested.properties));
    }
  };
  for (const resource of Object.values(schema.resources)) visit(from(resource));
  // State may hold outputs too.
  for (const resource of Object.values(schema.resources)) visit(Object.values(resource.outputs));
  return Object.entries(schema.types).filter(([name]) => names.has(name));
}
