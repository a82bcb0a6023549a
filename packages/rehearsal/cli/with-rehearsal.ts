import { clusterToolNames } from "@timonier/control-plane/tools";
import type { Progress } from "@timonier/kit/progress";
import type { Report } from "@timonier/report/model";
import { ensureTools } from "@timonier/toolchain/ensure";
import { exclusively, leaveWarm } from "../engine/lifetime.js";
import { rehearsalLayout, rehearsalRoot } from "../engine/rehearsal-layout.js";
import { rehearse } from "../engine/rehearse.js";
import type { RehearsalRequest } from "../engine/request.js";

/** Where the tools are linked, and where progress is reported. */
export interface RehearsalSurroundings {
  readonly progress: Progress;
  /** Folder with links to the tools. @default a folder beside the rehearsal cluster's */
  readonly binDir?: string;
}

/** Runs rehearsals on this user's rehearsal cluster, which then stays ready for the next run. */
export async function withRehearsal<T>(
  { progress, binDir }: RehearsalSurroundings,
  work: (run: (request: RehearsalRequest) => Promise<Report>) => Promise<T>,
): Promise<T> {
  const layout = rehearsalLayout(rehearsalRoot(process.env));
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: binDir ?? layout.bin, progress });
  const context = { tools, flux: tools.flux, progress };
  return exclusively(layout, progress, async () => {
    try {
      return await work((request) => rehearse(layout, request, context, process.env));
    } finally {
      leaveWarm(layout, context);
    }
  });
}
