import { readSettingsFiles } from "../../apps/settings-file.js";
import { renderDiff } from "../environments/diff-text.js";
import { environmentDiff } from "../environments/environment-diff.js";
import { exitCodes } from "../exit-codes.js";

/** `timonier diff FROM TO`: what differs between two environments; nothing has to run. */
export async function diff(from: string, to: string, { json }: { readonly json?: boolean }): Promise<number> {
  const found = environmentDiff(await readSettingsFiles(), from, to);
  console.log(json ? JSON.stringify(found, undefined, 2) : renderDiff(found));
  return exitCodes.done;
}
