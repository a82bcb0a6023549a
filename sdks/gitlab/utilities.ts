import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";

/** What a resource's class says about its properties. */
export interface Shape {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly required: readonly string[];
  readonly secretInputs: readonly string[];
  readonly secretOutputs: readonly string[];
}

let version: string | undefined;

/** Version of this package, which is the version of the plugin that it wants. */
function getVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as { version: string })
    .version;
  return version;
}

/** Whether the value is a resource of the type, even one made by another copy of this package. */
export function hasType(value: unknown, type: string): boolean {
  return typeof value === "object" && value !== null && "__pulumiType" in value && value.__pulumiType === type;
}

/**
 * What is registered: for a lookup by id what is known beforehand, else the arguments with every output yet to come.
 *
 * @throws Error for a required argument that is absent
 */
export function properties(
  shape: Shape,
  given: object | undefined,
  opts?: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  const args = (given ?? {}) as pulumi.Inputs;
  if (opts?.id) return pick(args, [...shape.inputs, ...shape.outputs]);
  for (const name of shape.required) {
    if (args[name] === undefined && !opts?.urn) throw new Error(`Missing required property '${name}'`);
  }
  return { ...pick(args, shape.inputs), ...secret(args, shape.secretInputs), ...pick({}, shape.outputs) };
}

/** What is registered for a provider: whatever is no string goes as JSON, as the engine wants it. */
export function providerProperties(
  shape: {
    readonly strings: readonly string[];
    readonly json: readonly string[];
    readonly secretInputs: readonly string[];
  },
  given: object | undefined,
): pulumi.Inputs {
  const args = (given ?? {}) as pulumi.Inputs;
  const encoded = shape.json.map((name) => [name, pulumi.output(args[name]).apply((value) => JSON.stringify(value))]);
  return { ...pick(args, shape.strings), ...Object.fromEntries(encoded), ...secret(args, shape.secretInputs) };
}

/** The caller's options with this package's version and its secret outputs. */
export function options<Options extends pulumi.CustomResourceOptions>(
  shape: Pick<Shape, "secretOutputs">,
  opts: Options | undefined,
): Options {
  const versioned = pulumi.mergeOptions({ version: getVersion() }, opts);
  if (shape.secretOutputs.length === 0) return versioned as Options;
  return pulumi.mergeOptions(versioned, { additionalSecretOutputs: [...shape.secretOutputs] }) as Options;
}

/** The caller's options of an invoke with this package's version. */
export function invokeOptions<Options extends pulumi.InvokeOptions>(opts: Options | undefined): Options {
  return pulumi.mergeOptions({ version: getVersion() }, opts) as unknown as Options;
}

function pick(from: pulumi.Inputs, names: readonly string[]): pulumi.Inputs {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function secret(from: pulumi.Inputs, names: readonly string[]): pulumi.Inputs {
  return Object.fromEntries(names.map((name) => [name, from[name] ? pulumi.secret(from[name]) : undefined]));
}
