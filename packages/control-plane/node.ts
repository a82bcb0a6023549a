import { versions } from "@timonier/kit/versions";
import { clusterName } from "./layout.js";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * The one node: large enough that requests of simulated pods, which use nothing, do not keep them Pending.
 *
 * kwok keeps its conditions and its lease.
 *
 * @param logPort where the runtime agent serves logs, as a kubelet does
 */
export function nodeManifest(kubernetesVersion: string, logPort: number) {
  const resources = { cpu: "16", memory: "64Gi", "ephemeral-storage": "200Gi", pods: "250" };
  const architecture = architectures[process.arch] ?? process.arch;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: clusterName,
      annotations: { "node.alpha.kubernetes.io/ttl": "0", "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": clusterName,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture,
        "node-role.kubernetes.io/control-plane": "",
      },
    },
    status: {
      capacity: resources,
      allocatable: resources,
      addresses: [
        { type: "InternalIP", address: "127.0.0.1" },
        { type: "Hostname", address: clusterName },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: logPort } },
      nodeInfo: {
        architecture,
        bootID: "",
        containerRuntimeVersion: `kwok://${versions.kwok}`,
        kernelVersion: "",
        kubeProxyVersion: "",
        kubeletVersion: kubernetesVersion,
        machineID: "",
        operatingSystem: "linux",
        osImage: "simulated by kwok",
        systemUUID: "",
      },
    },
  };
}
