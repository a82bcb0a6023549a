import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Mount } from "./arguments.js";
import { ContainerConfigError, type ReferencedData } from "./environment.js";
import type { Container, KeyToPath, Pod, Volume } from "./pod-objects.js";

/**
 * Makes a pod's volumes as folders of this machine: empty ones, and the files of ConfigMaps and
 * Secrets. Other kinds are not there: their paths stay those of the container.
 *
 * @param folder where they are made; what is in an emptyDir stays until the pod goes
 * @returns the container's mounts
 */
export function makeVolumes(folder: string, pod: Pod, container: Container, data: ReferencedData): Mount[] {
  return (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }) => {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    if (!volume || !makeVolume(join(folder, name), volume, data)) return [];
    return [{ mountPath, hostPath: subPath === undefined ? join(folder, name) : join(folder, name, subPath) }];
  });
}

function makeVolume(folder: string, volume: Volume, data: ReferencedData): boolean {
  if (!volume.emptyDir && !volume.configMap && !volume.secret) return false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { configMap, secret } = volume;
  if (configMap) writeFiles(folder, `configmap "${configMap.name}"`, data.configMap(configMap.name), configMap);
  if (secret) writeFiles(folder, `secret "${secret.secretName}"`, data.secret(secret.secretName), secret);
  return true;
}

function writeFiles(
  folder: string,
  what: string,
  found: Readonly<Record<string, string>> | undefined,
  { items, optional }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
): void {
  if (!found) {
    if (optional) return;
    throw new ContainerConfigError(`${what} not found`);
  }
  for (const { key, path } of items ?? Object.keys(found).map((key) => ({ key, path: key }))) {
    // The API server refuses a path that leaves the volume.
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, found[key] ?? "", { mode: 0o600 });
  }
}
