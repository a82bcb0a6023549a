import { KubeApi } from "@timonier/kit/kube-api";
import { readKubeconfig } from "@timonier/kit/kubeconfig";

/**
 * Identifies a cluster: the UID of its namespace kube-system, which exists as long as the cluster
 * and does not change with the kubeconfig.
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
