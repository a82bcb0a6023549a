import type { AppsInput } from "../apps/main.js";
import { readSettings } from "../apps/settings-file.js";
import type { StackOutputs } from "./pulumi.js";

/** The source of the applications, and the Secret that it reads with; infra/platform.ts makes it. */
const applicationSource = "myappsource";

/** What apps/ is built from, for a stack that exists. */
export async function appsInput(outputs: StackOutputs): Promise<AppsInput> {
  return {
    cluster: outputs.cluster,
    application: { url: outputs.applicationRepository, branch: outputs.branch, secretName: applicationSource },
    settings: await readSettings(),
  };
}
