/** Where a Helm chart comes from. A pinned chart has it as JSON, so it contains plain values only. */
export type ChartSource =
  /** A chart by its name in a repository with an index. */
  | { readonly kind: "http"; readonly repository: string; readonly chart: string }
  /** `oci://HOST/PATH/CHART`, without a tag. */
  | { readonly kind: "oci"; readonly url: string; readonly plainHttp?: true }
  /** A folder of a Git repository. */
  | { readonly kind: "git"; readonly url: string; readonly path: string }
  /** A folder of this checkout, relative to its top. */
  | { readonly kind: "folder"; readonly path: string };

/** The address of a chart as people write it: the argument of `timonier chart add`. */
export function addressOf(source: ChartSource): string {
  switch (source.kind) {
    case "http":
      return `${source.repository}/${source.chart}`;
    case "oci":
      return source.url;
    case "git":
      return `git+${source.url}//${source.path}`;
    case "folder":
      return `./${source.path}`;
  }
}
