import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChartSource } from "@timonier/kit/chart-source";
import { chartContent, type DownloadedChart } from "./chart-content.js";

/** Files of a chart that its pin is made of. */
const wanted = ["Chart.yaml", "values.yaml", "values.schema.json"];

/** Reads a chart in a folder of the checkout. */
export async function fromFolder(
  { path }: Extract<ChartSource, { kind: "folder" }>,
  root: string,
): Promise<DownloadedChart> {
  const files = new Map<string, Buffer>();
  for (const name of wanted) {
    const content = await readFile(join(root, path, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw error;
    });
    if (content) files.set(name, content);
  }
  const content = chartContent(files, path);
  return { content, version: content.version };
}
