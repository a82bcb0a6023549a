import type { Progress } from "@timonier/kit/progress";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import { ensureTools } from "@timonier/toolchain/ensure";
import { locateKubeconfig, singleContext } from "../existing/single-context.js";
import { Claim } from "./cli/claim.js";
import { Minikube } from "./cli/minikube.js";
import type { MinikubeConfig } from "./settings.js";

/**
 * The kubeconfig of a profile that the stack does not own: it has to exist and to run.
 *
 * @throws UserError when it does not, or when the stack created it
 */
export async function unownedKubeconfig(stack: string, config: MinikubeConfig, progress: Progress): Promise<string> {
  const { profile } = config;
  const state = new StateFolder();
  const claim = new Claim(stackClusterFolder(state, stack));
  if ((await claim.profile()) === profile) {
    throw new UserError(
      `the profile ${profile} was created by this stack`,
      "setting minikubeOwned",
      `set it to true; or delete the cluster first: npx timonier down -s ${stack}`,
      { code: "TIM-326" },
    );
  }
  const tools = await ensureTools(["minikube", "kubectl"], { binDir: state.bin, progress });
  const kubeconfigFile = locateKubeconfig(config.kubeconfigFile);
  const found = await new Minikube(profile, { program: tools.minikube, kubeconfigFile }).look();
  if (found.state === "running") return singleContext(tools.kubectl, { kubeconfigFile, context: profile });
  const how = found.state === "stopped" ? `does not run (${found.missing})` : `is ${found.state}`;
  throw new UserError(
    `the profile ${profile} ${how}, and the stack does not own it`,
    "settings minikubeProfile and minikubeOwned",
    `minikube start -p ${profile}; or let the stack own it: minikubeOwned true`,
    { code: "TIM-327" },
  );
}
