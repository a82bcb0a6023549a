/**
 * Key of a cdk8s App's metadata with a {@link PlainFile}. Constructs add files to an App by it, and
 * packages/manifests writes them beside the manifests.
 */
export const plainFileKey = "timonier:plain-file";

/** A file beside the manifests of an App that Flux does not apply, such as a file of a Helm chart. */
export interface PlainFile {
  /** Relative to the App's folder. */
  readonly path: string;
  readonly content: string;
}

/** Folder of the files of charts, in the folder of an application. */
export const chartsFolder = "charts";

/** Whether a path in a repository is that of a chart's file: it may look like YAML and be a template. */
export function isChartFile(path: string): boolean {
  return new RegExp(`(^|/)applications/[^/]+/${chartsFolder}/`).test(path);
}
