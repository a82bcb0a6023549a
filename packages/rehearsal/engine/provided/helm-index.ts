import { stringify } from "yaml";
import type { Chart } from "./chart.js";

/** A constant time: the same charts give the same index, and so the same revision of the repository. */
const CREATED = "2000-01-01T00:00:00Z";

/** Name of a chart's archive in its repository. */
export function archiveName({ name, version }: Pick<Chart, "name" | "version">): string {
  return `${name}-${version}.tgz`;
}

/** `index.yaml` of a Helm repository. @see https://helm.sh/docs/topics/chart_repository/#the-index-file */
export function indexOf(charts: readonly Chart[]): string {
  const names = [...new Set(charts.map(({ name }) => name))].sort();
  const entries = names.map((name) => [
    name,
    charts
      .filter((one) => one.name === name)
      .sort((one, other) => (one.version < other.version ? -1 : 1))
      .map((chart) => ({
        ...chart.metadata,
        created: CREATED,
        digest: chart.digest.replace("sha256:", ""),
        urls: [encodeURI(archiveName(chart))],
      })),
  ]);
  return stringify({ apiVersion: "v1", entries: Object.fromEntries(entries), generated: CREATED });
}
