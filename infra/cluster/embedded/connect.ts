import * as pulumi from "@pulumi/pulumi";
import { StateFolder, stackClusterFolder } from "@timonier/kit/state-folder";
import type { Cluster } from "../cluster.js";
import { kubernetesProvider } from "../kubernetes-provider.js";

interface EmbeddedClusterArgs {
  /** Stack whose state folder holds the cluster. */
  readonly stack: string;
}

const outputs = ["identity", "kubeconfig", "kubernetesVersion", "receiver", "startedAt"] as const;

/** The control plane, node and runtime agent on this machine; the timonier plugin starts and ends them. */
class EmbeddedCluster extends pulumi.CustomResource {
  /** UID of namespace kube-system: another value is another cluster. */
  declare readonly identity: pulumi.Output<string>;
  declare readonly kubeconfig: pulumi.Output<string>;
  declare readonly kubernetesVersion: pulumi.Output<string>;
  declare readonly receiver: pulumi.Output<string>;
  /** See {@link Cluster.startedAt}. */
  declare readonly startedAt: pulumi.Output<string | undefined>;

  constructor(name: string, args: EmbeddedClusterArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "timonier:embedded:Cluster",
      name,
      { ...args, ...Object.fromEntries(outputs.map((output) => [output, undefined])) },
      pulumi.mergeOptions({ additionalSecretOutputs: ["kubeconfig"] }, opts),
    );
  }
}

/** A cluster on this machine: real control plane and real Flux controllers, simulated containers. */
export function embeddedCluster(name: string, stack: string): Cluster {
  const cluster = new EmbeddedCluster("cluster", { stack });
  const kubeconfig = pulumi.secret(cluster.kubeconfig);
  const provider = kubernetesProvider(kubeconfig, cluster.identity, { deletedWith: cluster });
  return {
    kind: "embedded",
    name,
    kubeconfig,
    identity: cluster.identity,
    provider,
    kubernetesVersion: cluster.kubernetesVersion,
    startedAt: cluster.startedAt,
    owned: cluster,
    receiver: cluster.receiver,
    mark: {},
    theirs: new Set(),
    supervise: async (options) => {
      // Loaded by updates alone: a preview starts nothing.
      const { supervise } = await import("@timonier/cluster-simulator/supervisor/supervise");
      await supervise(stackClusterFolder(new StateFolder(), stack), options);
    },
  };
}
