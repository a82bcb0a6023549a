import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { ProvidedForm } from "../../model/provided.js";
import { type Chart, digestOf, packChart, packFolder, readChart } from "./chart.js";
import { filesBelow } from "./helm-ignore.js";
import { chartsIn, isLayout, readLayout } from "./oci-layout.js";
import { artifactImage, chartImages, type Images } from "./registry-images.js";

/** Content of the files that are provided for a source. */
export interface Content {
  readonly form: ProvidedForm;
  readonly charts: readonly Chart[];
  readonly images: Images;
  /** The same content has the same digest. */
  readonly digest: string;
}

/** Whether a path looks like charts or images. */
export function looksLikeContent(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.isFile() === true && isArchive(path);
  return isLayout(path) || isChart(path) || chartsBelow(path).length > 0;
}

/**
 * Reads the files that are provided for a source.
 *
 * @param applied whether a Kustomization applies the content
 * @throws UserError when a source cannot have such files
 */
export async function readContent(path: string, applied: boolean): Promise<Content> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new UserError("there is no such file or folder", path, FIX, { code: "TIM-618" });
  if (stat.isDirectory() && isLayout(path)) {
    const images = readLayout(path);
    const digest = digestOf([...images.manifests.keys(), ...images.tagged.map(({ tag }) => tag)].sort().join("\n"));
    return { form: "images", charts: await chartsIn(images, path), images, digest };
  }
  if (applied) return ofArtifact(stat.isDirectory() ? await packFolder(path, filesBelow(path)) : readFileSync(path));
  const charts = stat.isDirectory() ? await chartsOf(path) : await packaged(path);
  const versions = new Map(charts.map((one) => [`${one.name} ${one.version}`, one]));
  if (versions.size < charts.length) {
    const twice = charts.find((one) => versions.get(`${one.name} ${one.version}`) !== one) as Chart;
    throw new UserError(`the chart ${twice.name} ${twice.version} exists twice`, path, "keep one of them", {
      code: "TIM-619",
    });
  }
  const digest = digestOf(
    charts
      .map((one) => `${one.name} ${one.version} ${one.digest}`)
      .sort()
      .join("\n"),
  );
  return { form: "charts", charts, images: chartImages(charts), digest };
}

const FIX =
  "name a chart's folder, a packaged chart (.tgz), a folder of charts or an OCI image layout: --source NAMESPACE/NAME=PATH";

function ofArtifact(archive: Buffer): Content {
  return { form: "artifact", charts: [], images: artifactImage(archive), digest: digestOf(archive) };
}

async function chartsOf(folder: string): Promise<Chart[]> {
  if (isChart(folder)) return [await packChart(folder)];
  const found = await Promise.all(
    chartsBelow(folder).map((path) => (isArchive(path) ? packaged(path) : chartsOf(path))),
  );
  if (found.length > 0) return found.flat();
  throw new UserError("there are no charts in the folder", folder, FIX, { code: "TIM-620" });
}

async function packaged(file: string): Promise<Chart[]> {
  const chart = isArchive(file) ? await readChart(readFileSync(file), file) : undefined;
  if (chart) return [chart];
  throw new UserError("the file is not a packaged chart", file, FIX, { code: "TIM-621" });
}

/** Charts directly in a folder. */
function chartsBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => isArchive(path) || isChart(path));
}

function isChart(folder: string): boolean {
  return existsSync(join(folder, "Chart.yaml"));
}

function isArchive(path: string): boolean {
  return /\.(tgz|tar\.gz)$/.test(path);
}
