import { exitCodes } from "../exit-codes.js";
import { findStack } from "../stack/stack.js";
import { collectStatus } from "../status/collect-status.js";
import { renderStatus } from "../status/status-tables.js";

/** `timonier status`: prints the state of a stack; exit code 0 only without problems. */
export async function status({ stack, json }: { stack: string; json?: boolean }): Promise<number> {
  const report = await collectStatus(findStack(stack));
  console.log(json ? JSON.stringify(report, undefined, 2) : renderStatus(report));
  return report.ok ? exitCodes.done : exitCodes.no;
}
