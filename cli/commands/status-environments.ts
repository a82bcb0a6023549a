import { readSettingsFiles } from "../../apps/settings-file.js";
import { collectEnvironments } from "../environments/collect-environments.js";
import { renderEnvironments } from "../environments/environments-table.js";
import { exitCodes } from "../exit-codes.js";

/** `timonier status --environments`: all environments side by side; exit code 0 only without problems. */
export async function statusEnvironments({ json }: { readonly json?: boolean }): Promise<number> {
  const now = new Date();
  const report = await collectEnvironments(await readSettingsFiles(), now);
  console.log(json ? JSON.stringify(report, undefined, 2) : renderEnvironments(report, now));
  return report.ok ? exitCodes.done : exitCodes.no;
}
