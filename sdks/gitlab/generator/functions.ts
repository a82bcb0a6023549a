import { capitalized, type FunctionSchema, nameOf } from "./schema.js";
import { inputMember, outputType, typeImports } from "./types.js";

/** A function in its two forms, with Args and Result, in the shape of Pulumi's own SDKs. */
export function functionFile(token: string, func: FunctionSchema): string {
  const name = nameOf(token);
  const base = capitalized(name);
  const inputs = Object.entries(func.inputs);
  const takesArgs = inputs.length > 0;
  const optional = func.required.length === 0 ? "?" : "";
  const args = takesArgs ? `args${optional}: ${base}Args, ` : "";
  const outputArgs = takesArgs ? `args${optional}: ${base}OutputArgs, ` : "";
  const sent = takesArgs ? `{ ${inputs.map(([member]) => `${member}: args?.${member}`).join(", ")} }` : "{}";
  const body = `
export function ${name}(${args}opts?: pulumi.InvokeOptions): Promise<${base}Result> {
  return pulumi.runtime.invoke("${token}", ${sent}, invokeOptions(opts));
}

/** The same for arguments that may still be outputs. */
export function ${name}Output(${outputArgs}opts?: pulumi.InvokeOutputOptions): pulumi.Output<${base}Result> {
  return pulumi.runtime.invokeOutput("${token}", ${sent}, invokeOptions(opts));
}

export interface ${base}Result {
${Object.entries(func.outputs)
  .map(
    ([member, property]) =>
      `${property.deprecated ? "  /** @deprecated as in the official provider */\n" : ""}  readonly ${member}${
        func.known.includes(member) ? "" : "?"
      }: ${outputType(property.type)};`,
  )
  .join("\n")}
}
${takesArgs ? argsInterfaces(base, func) : ""}`;
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    ...typeImports(body),
    'import { invokeOptions } from "./utilities.js";',
    body,
  ].join("\n");
}

function argsInterfaces(base: string, func: FunctionSchema): string {
  const inputs = Object.entries(func.inputs);
  const plain = inputs.map(([member, { type }]) => {
    const required = func.required.includes(member);
    return `  ${member}${required ? "" : "?"}: ${outputType(type, "inputs.")}${required ? "" : " | undefined"};`;
  });
  const lifted = inputs.map(([member, property]) => inputMember(member, property, func.required.includes(member)));
  return `
export interface ${base}Args {
${plain.join("\n")}
}

export interface ${base}OutputArgs {
${lifted.join("\n")}
}
`;
}
