import { addressOf, type ChartSource } from "@timonier/kit/chart-source";
import { UserError } from "@timonier/kit/user-error";
import { z } from "zod";

/** What the file of a pinned chart says, besides the types of its values. */
export interface Pin {
  /** Name in its Chart.yaml. */
  readonly name: string;
  readonly version: string;
  readonly digest?: string | undefined;
  readonly source: ChartSource;
  /** File of the checkout with the chart's own values. */
  readonly defaults?: string | undefined;
  /** File of the checkout with the schema of its values. */
  readonly schema?: string | undefined;
}

/** Folder of pinned charts in the checkout. */
export const pinFolder = "apps/charts";

/** File of a pinned chart in the checkout. */
export const pinPath = (name: string) => `${pinFolder}/${name}.ts`;

/** Name of the interface with the values in each file. */
export const valuesType = "Values";

/**
 * Text of `apps/charts/NAME.ts`.
 *
 * @param types TypeScript that exports {@link valuesType}
 */
export function renderPin(file: string, pin: Pin, types: string): string {
  const fields = (["name", "version", "digest", "source", "defaults", "schema"] as const).flatMap((field) => {
    const value = pin[field];
    return value === undefined ? [] : [`  ${field}: ${JSON.stringify(value)},`];
  });
  return `// Written by \`timonier chart\`. Change it with \`npx timonier chart upgrade ${file} VERSION\`.
import { pinnedChart } from "../../constructs/pinned-chart.js";

/** ${addressOf(pin.source)} */
export const chart = pinnedChart<${valuesType}>({
${fields.join("\n")}
});

${types.trim()}
`;
}

const source = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("http"), repository: z.string(), chart: z.string() }),
  z.strictObject({ kind: z.literal("oci"), url: z.string(), plainHttp: z.literal(true).optional() }),
  z.strictObject({ kind: z.literal("git"), url: z.string(), path: z.string() }),
  z.strictObject({ kind: z.literal("folder"), path: z.string() }),
]);
const schema = z.strictObject({
  name: z.string(),
  version: z.string(),
  digest: z.string().optional(),
  source,
  defaults: z.string().optional(),
  schema: z.string().optional(),
});

/**
 * Reads back what {@link renderPin} wrote.
 *
 * @throws UserError when the file was changed to another form
 */
export function parsePin(text: string, where: string): Pin {
  const [, body = ""] = /= pinnedChart<\w+>\(\{\n([\s\S]*?)\n\}\);/.exec(text) ?? [];
  const fields = [...body.matchAll(/^ {2}(\w+): (.*),$/gm)].map(([, name, value = ""]) => [name, jsonOf(value)]);
  const { data } = schema.safeParse(Object.fromEntries(fields));
  // zod's optional fields may be undefined, and the types of the sources say that they are left out.
  if (data) return data as Pin;
  throw new UserError(
    "the file of the chart has an unknown form",
    where,
    "restore it by `git restore`, or delete it and run `npx timonier chart add` again",
    { code: "TIM-825" },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
