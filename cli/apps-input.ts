import { sourceName } from "../apps/delivery.js";
import type { AppsInput } from "../apps/main.js";
import { readSettings } from "../apps/settings-file.js";
import type { StackOutputs } from "./pulumi.js";

/** What apps/ is built from, for a stack that exists. */
export async function appsInput(outputs: StackOutputs): Promise<AppsInput> {
  return {
    cluster: outputs.cluster,
    application: { url: outputs.applicationRepository, branch: outputs.branch, secretName: sourceName },
    settings: await readSettings(),
  };
}
