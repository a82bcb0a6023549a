import { functionFile } from "./functions.js";
import { list, resourceFile } from "./resources.js";
import { capitalized, fileOf, nameOf, type PackageSchema, type PropertySchema } from "./schema.js";
import { inputMember, inputTypes, outputTypes } from "./types.js";

/** Every generated file, by its path in the package, not yet formatted. */
export function generatePackage(schema: PackageSchema): Map<string, string> {
  const files = new Map<string, string>();
  for (const [token, resource] of Object.entries(schema.resources)) {
    files.set(`${fileOf(token)}.ts`, resourceFile(token, resource));
  }
  for (const [token, func] of Object.entries(schema.functions)) {
    files.set(`${fileOf(token)}.ts`, functionFile(token, func));
  }
  files.set("provider.ts", providerFile(schema));
  files.set("config.ts", configFile(schema));
  files.set("types/input.ts", inputTypes(schema));
  files.set("types/output.ts", outputTypes(schema));
  files.set("types/index.ts", 'export * as input from "./input.js";\nexport * as output from "./output.js";');
  files.set("index.ts", indexFile(schema));
  const headed = [...files].map(([path, code]): [string, string] => [
    path,
    `// Generated from schema.json by generate.ts: change those, not this.\n\n${code.trim()}\n`,
  ]);
  return new Map(headed);
}

function providerFile(schema: PackageSchema): string {
  const settings = Object.entries(schema.config);
  const strings = settings.filter(([, { type }]) => type === "string").map(([name]) => name);
  const json = settings.filter(([, { type }]) => type !== "string").map(([name]) => name);
  const secrets = settings.filter(([, { secret }]) => secret).map(([name]) => name);
  return `
import * as pulumi from "@pulumi/pulumi";
import { hasType, options, providerProperties } from "./utilities.js";

/** Which GitLab, and as whom. */
export class Provider extends pulumi.ProviderResource {
  /** @internal */
  static readonly __pulumiType = "gitlab";

  /** Whether the value is one, even where several copies of this package are loaded. */
  static override isInstance(obj: unknown): obj is Provider {
    return hasType(obj, \`pulumi:providers:\${Provider.__pulumiType}\`);
  }

${strings.map((name) => `  declare readonly ${name}: pulumi.Output<string | undefined>;`).join("\n")}

  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions) {
    const shape = { strings: ${list(strings)}, json: ${list(json)}, secretInputs: ${list(secrets)} };
    const secretOutputs = { secretOutputs: ${list(secrets)} };
    super(Provider.__pulumiType, name, providerProperties(shape, args), options(secretOutputs, opts));
  }
}

export interface ProviderArgs {
${settings.map(([name, property]) => inputMember(name, property, false)).join("\n")}
}
`;
}

const readers: Readonly<Record<string, string>> = {
  string: "get",
  boolean: "getObject<boolean>",
  integer: "getObject<number>",
  "map<string>": "getObject<{ [key: string]: string }>",
};

function configFile(schema: PackageSchema): string {
  const getter = ([name, { type }]: [string, PropertySchema]) =>
    `  get ${name}() { return new pulumi.Config("gitlab").${readers[type]}("${name}"); },`;
  return `
import * as pulumi from "@pulumi/pulumi";

/** Settings of the default provider, as the stack has them. */
export const config = {
${Object.entries(schema.config).map(getter).join("\n")}
};
`;
}

function indexFile(schema: PackageSchema): string {
  const resources = Object.keys(schema.resources).map((token) => {
    const name = nameOf(token);
    return `export { ${name}, type ${name}Args, type ${name}State } from "./${fileOf(token)}.js";`;
  });
  const functions = Object.entries(schema.functions).map(([token, { inputs }]) => {
    const name = nameOf(token);
    const base = capitalized(name);
    const args = Object.keys(inputs).length > 0 ? `type ${base}Args, type ${base}OutputArgs, ` : "";
    return `export { ${name}, ${name}Output, ${args}type ${base}Result } from "./${fileOf(token)}.js";`;
  });
  return [
    ...resources,
    ...functions,
    'export { config } from "./config.js";',
    'export { Provider, type ProviderArgs } from "./provider.js";',
    'export * as types from "./types/index.js";',
  ].join("\n");
}
