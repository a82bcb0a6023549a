import type { KubeApi } from "@timonier/kit/kube-api";
import type { ReferencedData } from "./environment.js";
import type { Container, Pod } from "./pod-objects.js";

/** Fetches every ConfigMap and Secret that a container's variables and volumes name. */
export async function fetchReferencedData(api: KubeApi, pod: Pod, container: Container): Promise<ReferencedData> {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) configMaps.add(configMapRef.name);
    if (secretRef) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef) secrets.add(valueFrom.secretKeyRef.name);
  }
  for (const { name } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    if (volume?.configMap) configMaps.add(volume.configMap.name);
    if (volume?.secret) secrets.add(volume.secret.secretName);
  }
  const foundMaps = await fetchAll(api, pod.metadata.namespace, "configmaps", configMaps);
  const foundSecrets = await fetchAll(api, pod.metadata.namespace, "secrets", secrets);
  return { configMap: (name) => foundMaps.get(name), secret: (name) => foundSecrets.get(name) };
}

async function fetchAll(
  api: KubeApi,
  namespace: string,
  resource: "configmaps" | "secrets",
  names: ReadonlySet<string>,
): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  for (const name of names) {
    const object = await api.find<{ data?: Record<string, string> }>(
      `/api/v1/namespaces/${namespace}/${resource}/${name}`,
    );
    if (!object) continue;
    const decode = (value: string) => (resource === "secrets" ? Buffer.from(value, "base64").toString() : value);
    const entries = Object.entries(object.data ?? {}).map(([key, value]) => [key, decode(value)] as const);
    found.set(name, Object.fromEntries(entries));
  }
  return found;
}
