import type { ChartSource } from "@timonier/kit/chart-source";

declare const values: unique symbol;

/** A Helm chart at one version. `timonier chart add` writes it to apps/charts/. */
export interface PinnedChart<Values = unknown> {
  /** Name in its Chart.yaml. */
  readonly name: string;
  /** Version of the chart; for a Git repository the tag or the commit. */
  readonly version: string;
  /**
   * `sha256:…` of the archive in a repository or of the manifest in a registry; `sha1:…` of the
   * commit in a Git repository.
   *
   * @default a folder of this checkout, which is not pinned
   */
  readonly digest?: string;
  readonly source: ChartSource;
  /** File of the checkout with the chart's own values. @default the chart has none */
  readonly defaults?: string;
  /** File of the checkout with the JSON schema of the values. @default the chart has none, and values are not checked */
  readonly schema?: string;
  /** Carries the type of the values; never set. */
  readonly [values]?: Values;
}

/** Describes a pinned chart whose values have this type. */
export function pinnedChart<Values>(chart: Omit<PinnedChart<Values>, typeof values>): PinnedChart<Values> {
  return chart;
}
