import type { ChartSource } from "@timonier/kit/chart-source";
import type { DownloadedChart } from "./chart-content.js";
import { fromFolder } from "./folder-source.js";
import { fromGit } from "./git-source.js";
import { credentialsIn } from "./http.js";
import { fromRepository } from "./http-source.js";
import { fromRegistry } from "./oci-source.js";

/** Options of {@link downloadChart}. */
export interface DownloadOptions {
  /** @default the newest version that is not a pre-release */
  readonly version?: string | undefined;
  /** Top of the checkout, for a chart in a folder. */
  readonly root: string;
  /** Environment with the credentials of a private source. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Downloads a chart, and checks it against the digest that its source has for it.
 *
 * @throws UserError when the source, the chart or the version cannot be read, or the digest differs
 */
export function downloadChart(source: ChartSource, { version, root, env }: DownloadOptions): Promise<DownloadedChart> {
  const credentials = credentialsIn(env);
  switch (source.kind) {
    case "http":
      return fromRepository(source, version, credentials);
    case "oci":
      return fromRegistry(source, version, credentials);
    case "git":
      return fromGit(source, version, credentials);
    case "folder":
      return fromFolder(source, root);
  }
}
