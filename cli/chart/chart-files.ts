import type { ChartContent, DownloadedChart } from "@timonier/charts/chart-content";
import { type Pin, pinFolder, pinPath, renderPin, valuesType } from "@timonier/charts/pin-file";
import { withoutForeignReferences } from "@timonier/charts/values-schema";
import { valuesTypes } from "@timonier/charts/values-types";
import type { ChartSource } from "@timonier/kit/chart-source";

/** The files of a pinned chart by their path in the checkout, in the order of writing. */
export type ChartPinFiles = ReadonlyMap<string, string>;

/**
 * Renders the files of a pinned chart. The TypeScript file comes last: the chart is pinned when it
 * is there, and everything that it names exists then.
 *
 * @param file name of the files: `podinfo`
 * @throws UserError for a schema that cannot be a type
 */
export async function chartPinFiles(
  file: string,
  source: ChartSource,
  { content, version, digest }: DownloadedChart,
): Promise<ChartPinFiles> {
  const beside = source.kind === "folder" ? filesInFolder(source.path, content) : copies(file, content);
  const pin: Pin = {
    ...{ name: content.name, version, digest, source },
    ...{ defaults: beside.defaults?.path, schema: beside.schema?.path },
  };
  const types = await valuesTypes(content, valuesType);
  const written = [beside.defaults, beside.schema].flatMap((one): [string, string][] =>
    one?.text === undefined ? [] : [[one.path, one.text]],
  );
  return new Map([...written, [pinPath(file), renderPin(file, pin, types)]]);
}

interface FileBeside {
  readonly path: string;
  /** @default the file is that of the chart's folder, and is not written */
  readonly text?: string;
}

interface FilesBeside {
  readonly defaults?: FileBeside;
  readonly schema?: FileBeside;
}

function copies(file: string, { defaults, schema }: ChartContent): FilesBeside {
  return {
    ...(defaults !== "" && { defaults: { path: `${pinFolder}/${file}.values.yaml`, text: defaults } }),
    ...(schema && {
      schema: {
        path: `${pinFolder}/${file}.schema.json`,
        text: `${JSON.stringify(withoutForeignReferences(schema), undefined, 2)}\n`,
      },
    }),
  };
}

function filesInFolder(path: string, { defaults, schema }: ChartContent): FilesBeside {
  return {
    ...(defaults !== "" && { defaults: { path: `${path}/values.yaml` } }),
    ...(schema && { schema: { path: `${path}/values.schema.json` } }),
  };
}
