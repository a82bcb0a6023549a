import { KubeApi } from "@timonier/kit/kube-api";
import { readKubeconfig } from "@timonier/kit/kubeconfig";

/**
 * What tells one cluster from another: the UID of its namespace kube-system, which lives as long as the cluster does and
 * survives every new kubeconfig.
 */
export async function clusterIdentity(kubeconfig: string): Promise<string> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  try {
    const { metadata } = await api.call<{ metadata: { uid: string } }>({ path: "/api/v1/namespaces/kube-system" });
    return metadata.uid;
  } finally {
    api.close();
  }
}
