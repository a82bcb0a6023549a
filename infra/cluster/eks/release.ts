import { ObjectRemoval, type RemovalOptions } from "@timonier/health/object-removal";
import type { KubeApi } from "@timonier/kit/kube-api";
import type { ObjectRef } from "@timonier/kit/kube-discovery";
import { waitFor } from "@timonier/kit/wait";

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Service extends Item {
  readonly spec: { readonly type?: string };
}

interface Volume extends Item {
  readonly spec: {
    readonly persistentVolumeReclaimPolicy?: string;
    readonly csi?: { readonly driver: string; readonly volumeHandle: string };
    readonly claimRef?: { readonly name: string; readonly namespace: string };
  };
}

interface Pod extends Item {
  readonly spec: {
    readonly volumes?: ReadonlyArray<{ readonly persistentVolumeClaim?: { readonly claimName: string } }>;
  };
}

/** Kinds that get a load balancer whatever their specification says. */
const BALANCED = [
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway" },
] as const;

/**
 * Deletes what a cluster has created in its cloud and what would stay there after it: load balancers first, then disks.
 * Disks of a StatefulSet outlive it, so they still exist after Flux has deleted what it manages.
 *
 * Waits for disks in use: the workloads that use them are not the stack's.
 *
 * @returns disks that stay because of their reclaim policy `Retain`
 * @throws UserError naming what is not deleted
 * @see https://docs.aws.amazon.com/eks/latest/userguide/delete-cluster.html
 */
export async function releaseCloudParts(api: KubeApi, options: RemovalOptions): Promise<string[]> {
  const removal = new ObjectRemoval(api, options);
  const list = async <T extends Item>(path: string) => (await api.find<{ items: T[] }>(path))?.items ?? [];
  const services = (await list<Service>("/api/v1/services")).filter(({ spec }) => spec.type === "LoadBalancer");
  const others = await Promise.all(
    BALANCED.map(async ({ apiVersion, kind }) => {
      const served = await removal.discovery.kind(apiVersion, kind);
      const found = served ? await list(`/apis/${apiVersion}/${served.name}`) : [];
      return found.map((one) => refOf(apiVersion, kind, one));
    }),
  );
  const balancers = [...services.map((one) => refOf("v1", "Service", one)), ...others.flat()];
  await removal.remove(balancers);
  await removal.waitUntilGone(balancers, "the end of load balancers");

  const volumes = (await list<Volume>("/api/v1/persistentvolumes")).filter(({ spec }) => spec.csi !== undefined);
  const [kept, going] = [volumes.filter(isKept), volumes.filter((one) => !isKept(one))];
  const claims = going.flatMap(({ spec: { claimRef } }): ObjectRef[] =>
    claimRef ? [refOf("v1", "PersistentVolumeClaim", { metadata: claimRef })] : [],
  );
  await unused(claims, () => list<Pod>("/api/v1/pods"), options);
  await removal.remove(claims);
  await removal.waitUntilGone(
    going.map((one) => refOf("v1", "PersistentVolume", one)),
    "the end of disks",
  );
  return kept.map(({ metadata, spec }) => `${spec.csi?.volumeHandle} (PersistentVolume ${metadata.name})`);
}

function isKept({ spec }: Volume): boolean {
  return spec.persistentVolumeReclaimPolicy === "Retain";
}

function refOf(apiVersion: string, kind: string, { metadata: { name, namespace } }: Item): ObjectRef {
  return { apiVersion, kind, name, namespace };
}

/** Waits until no pod uses one of the claims: the controllers of such pods would create the same claims again. */
async function unused(
  claims: readonly ObjectRef[],
  pods: () => Promise<readonly Pod[]>,
  options: RemovalOptions,
): Promise<void> {
  if (claims.length === 0) return;
  const names = new Set(claims.map(({ namespace, name }) => `${namespace}/${name}`));
  const wait = {
    what: "the end of pods that use disks",
    where: "the cluster",
    fix: "delete their workloads, then run the command again",
    interval: 500,
  };
  await waitFor({ ...wait, ...options }, async () => {
    const using = (await pods()).filter(({ metadata: { namespace }, spec: { volumes = [] } }) =>
      volumes.some((one) => names.has(`${namespace}/${one.persistentVolumeClaim?.claimName}`)),
    );
    if (using.length === 0) return { done: true, value: undefined };
    const missing = using.map(({ metadata }) => `Pod ${metadata.namespace}/${metadata.name} uses one`).join("; ");
    return { done: false, missing };
  });
}
