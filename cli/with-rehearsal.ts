import { StateFolder } from "../core/state.js";
import type { Report } from "../delivery/report/model.js";
import { clusterToolNames } from "../embedded/cluster/tools.js";
import { rehearsalLayout, rehearsalRoot } from "../embedded/rehearsal/layout.js";
import { exclusively, leaveWarm } from "../embedded/rehearsal/lifetime.js";
import { rehearse } from "../embedded/rehearsal/rehearse.js";
import type { RehearsalRequest } from "../embedded/rehearsal/request.js";
import { ensureTools } from "../embedded/toolchain/ensure.js";
import { progress } from "./terminal.js";

/** Rehearses on this user's control plane, which is then left warm for the next time. */
export async function withRehearsal<T>(
  work: (run: (request: RehearsalRequest) => Promise<Report>) => Promise<T>,
): Promise<T> {
  const layout = rehearsalLayout(rehearsalRoot(process.env));
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: new StateFolder().bin, progress });
  const starting = { tools, flux: tools.flux, progress };
  return exclusively(layout, progress, async () => {
    try {
      return await work((request) => rehearse(layout, request, starting, process.env));
    } finally {
      leaveWarm(layout, starting);
    }
  });
}
