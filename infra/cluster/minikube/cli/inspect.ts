import type { Progress } from "@timonier/kit/progress";
import { ensureTools } from "@timonier/toolchain/ensure";
import type { ProcessStatus } from "../../cluster-kind.js";
import { Claim } from "./claim.js";
import { Minikube } from "./minikube.js";

/**
 * Looks at the profile that a stack has created.
 *
 * @param folder the stack's cluster folder
 * @param binDir folder of links to tools
 * @returns undefined when the stack has created none: it uses a profile that it does not own
 * @throws UserError when minikube does not answer
 */
export async function inspectMinikube(
  folder: string,
  binDir: string,
  progress: Progress,
): Promise<ProcessStatus | undefined> {
  const claim = new Claim(folder);
  const profile = await claim.profile();
  if (profile === undefined) return undefined;
  const { minikube: program } = await ensureTools(["minikube"], { binDir, progress });
  const found = await new Minikube(profile, { program, kubeconfigFile: claim.kubeconfigFile }).look();
  switch (found.state) {
    case "running":
      return { state: "running", missing: [] };
    case "stopped":
      return { state: "stopped", missing: [found.missing] };
    case "absent":
    case "broken":
      return { state: "absent", missing: [`profile ${profile}`] };
  }
}
