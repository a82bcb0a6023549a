import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import writeFileAtomic from "write-file-atomic";

/**
 * Minikube's folder.
 *
 * @see https://minikube.sigs.k8s.io/docs/handbook/config/
 */
export function minikubeFolder(env: NodeJS.ProcessEnv, home = homedir()): string {
  const named = env.MINIKUBE_HOME;
  if (!named) return join(home, ".minikube");
  return basename(named) === ".minikube" ? named : join(named, ".minikube");
}

/**
 * Writes an authority to the folder whose files minikube copies to nodes at every start; all
 * profiles of a home share it.
 *
 * @param pem undefined: removes the authority of the profile
 * @see https://minikube.sigs.k8s.io/docs/handbook/untrusted_certs/
 */
export async function keepAuthority(folder: string, profile: string, pem: string | undefined): Promise<void> {
  const certs = join(folder, "certs");
  const file = join(certs, `timonier-${profile}.pem`);
  if (pem === undefined) {
    if (existsSync(file)) await rm(file);
    return;
  }
  await mkdir(certs, { recursive: true });
  await writeFileAtomic(file, pem, { mode: 0o644 });
}
