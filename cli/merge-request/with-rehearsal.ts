import { clusterToolNames } from "@timonier/control-plane/tools";
import { StateFolder } from "@timonier/kit/state-folder";
import { exclusively, leaveWarm } from "@timonier/rehearsal/engine/lifetime";
import { rehearsalLayout, rehearsalRoot } from "@timonier/rehearsal/engine/rehearsal-layout";
import { rehearse } from "@timonier/rehearsal/engine/rehearse";
import type { RehearsalRequest } from "@timonier/rehearsal/engine/request";
import type { Report } from "@timonier/report/model";
import { ensureTools } from "@timonier/toolchain/ensure";
import { progress } from "../terminal.js";

/** Rehearses on this user's rehearsal cluster, which then stays ready for the next run. */
export async function withRehearsal<T>(
  work: (run: (request: RehearsalRequest) => Promise<Report>) => Promise<T>,
): Promise<T> {
  const layout = rehearsalLayout(rehearsalRoot(process.env));
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: new StateFolder().bin, progress });
  const context = { tools, flux: tools.flux, progress };
  return exclusively(layout, progress, async () => {
    try {
      return await work((request) => rehearse(layout, request, context, process.env));
    } finally {
      leaveWarm(layout, context);
    }
  });
}
