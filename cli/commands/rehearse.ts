import { StateFolder } from "@timonier/kit/state-folder";
import type { RehearseOptions } from "@timonier/rehearsal/cli/options";
import { verdictCodes, writeReport } from "@timonier/rehearsal/cli/output";
import { milliseconds, rehearseClone, stopRehearsalCluster } from "@timonier/rehearsal/cli/rehearse-clone";
import { rehearseProposal } from "../merge-request/rehearse-proposal.js";
import { progress } from "../terminal.js";

/** Options of `timonier rehearse`. */
export interface RehearseVerbOptions extends RehearseOptions {
  readonly stack?: string;
}

/** `timonier rehearse`: writes the report to standard output, and progress to standard error. */
export async function rehearse({ stack, ...options }: RehearseVerbOptions): Promise<number> {
  if (options.stop) {
    await stopRehearsalCluster();
    return 0;
  }
  const { assume, timeout, offline = false } = options;
  const report =
    stack === undefined
      ? await rehearseClone(options, { progress, binDir: new StateFolder().bin })
      : await rehearseProposal(stack, { assume, offline, ...milliseconds(timeout) });
  writeReport(report, options);
  return verdictCodes[report.verdict];
}
