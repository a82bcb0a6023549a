import { UserError } from "../../core/user-error.js";

/**
 * What tells one cluster from another: the UID of its namespace kube-system, which lives as long as the cluster does and
 * survives every new kubeconfig.
 */
export async function clusterIdentity(kubeconfig: string): Promise<string> {
  const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const { metadata } = await config.makeApiClient(CoreV1Api).readNamespace({ name: "kube-system" });
  if (metadata?.uid) return metadata.uid;
  throw new UserError("the cluster has no identity", "namespace kube-system", "delete the cluster and make it anew");
}
