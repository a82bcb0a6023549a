import { UserError } from "@timonier/kit/user-error";
import { type ChartContent, parsedYaml } from "./chart-content.js";
import { schemaOfDefaults, schemaOfGivenValues, withoutForeignReferences } from "./values-schema.js";

/**
 * TypeScript types of the values that may be given to a chart: from its schema, or from its default
 * values where it has none.
 *
 * @param typeName name of the exported interface
 * @throws UserError for a schema that cannot be a type
 */
export async function valuesTypes({ name, schema, defaults }: ChartContent, typeName: string): Promise<string> {
  const source = schema ? withoutForeignReferences(schema) : schemaOfDefaults(parsedYaml(defaults));
  // Loaded on demand: it brings Prettier, and only this command uses it.
  const { compile } = await import("json-schema-to-typescript");
  try {
    return await compile({ type: "object", ...schemaOfGivenValues(source) }, typeName, {
      bannerComment: "",
      // A list may have any length here; the schema checks it at synthesis.
      ignoreMinAndMaxItems: true,
      unknownAny: true,
      // Never reads a file or an address that a chart names.
      $refOptions: { resolve: { external: false } },
      style: { printWidth: 120 },
    });
  } catch (cause) {
    throw new UserError(
      `no types can be made from values.schema.json of the chart (${(cause as Error).message.split("\n")[0]})`,
      name,
      "report it to the publisher of the chart, or copy the chart into a folder without its schema and add ./FOLDER",
      { code: "TIM-826", cause },
    );
  }
}
