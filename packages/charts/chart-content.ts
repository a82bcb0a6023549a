import { dnsLabel } from "@timonier/kit/dns-name";
import { parseHelmYaml } from "@timonier/kit/helm-yaml";
import { UserError } from "@timonier/kit/user-error";

/** Files of a chart by their path in it: `templates/service.yaml`. */
export type ChartFiles = ReadonlyMap<string, Buffer>;

/** What a pinned chart keeps of a chart's files. */
export interface ChartContent {
  readonly name: string;
  readonly version: string;
  /** Text of values.yaml. Empty where the chart has none. */
  readonly defaults: string;
  /** Content of values.schema.json. @default the chart has none */
  readonly schema?: JsonSchema;
  readonly files: ChartFiles;
}

/** A chart as its source has it. */
export interface DownloadedChart {
  readonly content: ChartContent;
  /** Version in the source: that of the chart, or the tag or commit of a Git repository. */
  readonly version: string;
  /**
   * `sha256:…` of the archive in a repository or of the manifest in a registry; `sha1:…`, the commit
   * of a Git repository. @default a folder of this checkout, which is not pinned
   */
  readonly digest?: string;
}

/** A JSON schema that is an object. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Reads the files of a chart. @throws UserError when they are not those of a chart */
export function chartContent(files: ChartFiles, where: string): ChartContent {
  const metadata = parsedYaml(files.get("Chart.yaml")?.toString() ?? "");
  const { name, version } = isObject(metadata) ? metadata : {};
  if (typeof name !== "string" || !dnsLabel.test(name) || typeof version !== "string") {
    throw invalidChart("there is no Chart.yaml with a name and a version", where);
  }
  const defaults = files.get("values.yaml")?.toString() ?? "";
  const values = parsedYaml(defaults);
  if (values !== null && values !== undefined && !isObject(values)) {
    throw invalidChart("values.yaml of the chart is not a map of values", where);
  }
  const schema = schemaIn(files, where);
  return { name, version, defaults, files, ...(schema && { schema }) };
}

/** The error for an archive or a folder that is not a usable chart. */
export function invalidChart(what: string, where: string, cause?: unknown): UserError {
  return new UserError(what, where, "check that the address and the version name a Helm chart", {
    code: "TIM-824",
    cause,
  });
}

function schemaIn(files: ChartFiles, where: string): JsonSchema | undefined {
  const text = files.get("values.schema.json")?.toString();
  if (text === undefined) return undefined;
  try {
    const schema: unknown = JSON.parse(text);
    if (isObject(schema)) return schema;
  } catch {
    // The error below also covers text that is not JSON.
  }
  throw invalidChart("values.schema.json of the chart is not a JSON schema", where);
}

/** Values as Helm reads them. @returns undefined for text that is not YAML */
export function parsedYaml(text: string): unknown {
  try {
    return parseHelmYaml(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with fields, and not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
