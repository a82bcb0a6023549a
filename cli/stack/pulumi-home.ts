import { mkdir, readlink, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "@timonier/kit/state-folder";
import { versions } from "@timonier/kit/versions";
import { installLoginCommand } from "../../infra/cluster/eks/login-command.js";
import { switchLogOff } from "./automatic-log.js";
import type { Stack } from "./stack.js";

/** Plugins by their folder in Pulumi's plugin cache, whose name consists of kind, name and version. */
function plugins(stack: Stack): Record<string, { readonly file: string; readonly target: string }> {
  const tool = (file: string) => ({ file, target: join(stack.state.bin, file) });
  const gitlab = "pulumi-resource-gitlab";
  return {
    [`language-nodejs-v${versions.pulumi}`]: tool("pulumi-language-nodejs"),
    [`resource-kubernetes-v${versions.pulumiKubernetes}`]: tool("pulumi-resource-kubernetes"),
    [`resource-gitlab-v${versions.pulumiGitlab}`]: {
      file: gitlab,
      target: join(checkout, "simulators", "gitlab-provider", gitlab),
    },
  };
}

/**
 * Creates the folder in which Pulumi finds plugins. Each checkout has its own, so that the user's
 * folder does not change and Pulumi does not warn about plugins on PATH. Switches Pulumi's
 * automatic log off.
 *
 * @see https://www.pulumi.com/docs/iac/cli/environment-variables/
 */
export async function ensurePulumiHome(stack: Stack): Promise<void> {
  await switchLogOff(stack.state.pulumiHome);
  await installLoginCommand(stack.state.bin);
  for (const [folder, { file, target }] of Object.entries(plugins(stack))) {
    const place = join(stack.state.pulumiHome, "plugins", folder);
    await mkdir(place, { recursive: true });
    const link = join(place, file);
    if ((await readlink(link).catch(() => undefined)) === target) continue;
    await unlink(link).catch(() => {});
    await symlink(target, link);
  }
}
