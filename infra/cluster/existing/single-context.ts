import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { checkout } from "@timonier/kit/state-folder";
import { UserError } from "@timonier/kit/user-error";
import type { ExistingClusterConfig } from "./settings.js";

/**
 * One context of a kubeconfig, complete in itself: certificates that it names as files are in it.
 *
 * @param kubectl path of kubectl
 * @throws UserError when there is no such file or context
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_config/kubectl_config_view/
 */
export async function singleContext(
  kubectl: string,
  { kubeconfigFile, context }: ExistingClusterConfig,
): Promise<string> {
  const file = locateKubeconfig(kubeconfigFile);
  const fix = "pulumi config set kubeconfig FILE, and kubeContext NAME; kubectl config get-contexts lists the names";
  if (!existsSync(file)) throw new UserError("there is no such kubeconfig", file, fix, { code: "TIM-303" });
  const args = ["config", "view", "--kubeconfig", file, "--raw", "--flatten", "--minify", "--output", "yaml"];
  try {
    const { stdout } = await promisify(execFile)(kubectl, [...args, ...(context ? ["--context", context] : [])], {
      timeout: 30_000,
    });
    return stdout;
  } catch (cause) {
    const words = (cause as { stderr?: string }).stderr?.trim().replace(/^error: /, "");
    throw new UserError(`the kubeconfig cannot be used: ${words || "kubectl gave no reason"}`, file, fix, {
      code: "TIM-304",
      cause,
    });
  }
}

/** Path of a kubeconfig as settings name it. @param file undefined: `~/.kube/config` */
export function locateKubeconfig(file: string | undefined): string {
  if (file === undefined) return join(homedir(), ".kube", "config");
  return file.startsWith("~/") ? join(homedir(), file.slice(2)) : resolve(checkout, file);
}
