import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTools } from "@timonier/toolchain/ensure";
import { kindOf } from "../../infra/cluster/kinds.js";
import { exitCodes } from "../exit-codes.js";
import { withLogIf } from "../stack/automatic-log.js";
import { chooseGitLabPlugin, keepGitLabPlugin } from "../stack/gitlab-plugin.js";
import { checkAllSettings } from "../stack/preflight.js";
import { Pulumi } from "../stack/pulumi.js";
import { exclusively, findStack, type Stack } from "../stack/stack.js";
import { progress } from "../terminal.js";

/** Tools that a preview needs. */
const needed = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-kubernetes", "flux", "kubectl"] as const;

interface PreviewOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * `timonier preview`: shows what `up` would change, and writes only into this checkout's state
 * folder. A stack that does not exist yet is previewed against a temporary empty state.
 *
 * @returns 0 when the preview succeeded, whatever it shows
 */
export async function preview({ stack: name, ...options }: PreviewOptions & { stack: string }): Promise<number> {
  const stack = findStack(name);
  return exclusively(stack, async () => {
    await ensureTools(needed, { binDir: stack.state.bin, progress });
    if (await new Pulumi(stack).exists()) return show(stack, options);
    const folder = await mkdtemp(join(tmpdir(), "timonier-preview-"));
    try {
      progress(`stack ${name} does not exist yet: everything would be created`);
      return await show(await fromNothing(stack, folder), options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function show(stack: Stack, { json = false, debug = false }: PreviewOptions): Promise<number> {
  const pulumi = new Pulumi(stack);
  await pulumi.ensureStack();
  const config = await checkAllSettings(stack);
  await keepGitLabPlugin(stack.state.stack(stack.name), chooseGitLabPlugin(config.gitlab));
  for (const [plugin, version] of Object.entries(kindOf(config.cluster).plugins)) {
    await pulumi.installPlugin(plugin, version);
  }
  const args = ["preview", "--suppress-permalink", ...(json ? ["--json"] : [])];
  const code = await withLogIf(debug, stack, progress, (env) => pulumi.show(args, env));
  return code === 0 ? exitCodes.done : exitCodes.no;
}

/** The stack with an empty state in a folder, so that its real backend does not change. */
async function fromNothing(stack: Stack, folder: string): Promise<Stack> {
  const configFile = join(folder, `Pulumi.${stack.name}.yaml`);
  if (existsSync(stack.configFile)) await copyFile(stack.configFile, configFile);
  // Encrypted settings need the passphrase of the real backend.
  const given = process.env.PULUMI_CONFIG_PASSPHRASE ?? process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
  const own = stack.backend.own || given === undefined;
  return { ...stack, configFile, backend: { url: `file://${folder}`, folder, own } };
}
