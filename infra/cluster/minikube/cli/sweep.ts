import type { Progress } from "@timonier/kit/progress";
import { ensureTools } from "@timonier/toolchain/ensure";
import { keepAuthority, minikubeFolder } from "./authority.js";
import { Claim } from "./claim.js";
import { Minikube } from "./minikube.js";

/**
 * Deletes the profile that a stack has begun to create, if any: Pulumi's state does not know what a
 * killed run has left.
 *
 * @param folder the stack's cluster folder
 * @param binDir folder of links to tools
 */
export async function sweepMinikube(folder: string, binDir: string, progress: Progress): Promise<void> {
  const claim = new Claim(folder);
  const profile = await claim.profile();
  if (profile === undefined) return;
  const { minikube: program } = await ensureTools(["minikube"], { binDir, progress });
  const minikube = new Minikube(profile, { program, kubeconfigFile: claim.kubeconfigFile, progress });
  const found = await minikube.look();
  if (await claim.isAnother(found)) progress(`profile ${profile} is another cluster now and is not changed`);
  else if (found.state !== "absent") await minikube.delete(found);
  await keepAuthority(minikubeFolder(process.env), profile, undefined);
  await claim.drop();
}
