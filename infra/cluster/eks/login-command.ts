import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout, loader } from "@timonier/kit/state-folder";
import writeFileAtomic from "write-file-atomic";

/** Name of the login command in kubeconfigs. A name in PATH and not a path: several machines use the same state. */
export const LOGIN_COMMAND = "timonier-eks-token";

/**
 * Writes the login command of this checkout.
 *
 * @param binDir a folder that is in the PATH of Pulumi, kubectl and our own client
 */
export async function installLoginCommand(binDir: string): Promise<void> {
  const quoted = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  const parts = [process.execPath, loader, join(checkout, "infra/cluster/eks/login.ts")];
  const text = `#!/bin/sh\nexec ${parts.map(quoted).join(" ")} "$@"\n`;
  const file = join(binDir, LOGIN_COMMAND);
  if ((await readFile(file, "utf8").catch(() => undefined)) === text) return;
  await writeFileAtomic(file, text, { mode: 0o755 });
}
