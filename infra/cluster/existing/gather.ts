import { type KubeObject, pulumiManager } from "@timonier/health/kube-object";
import { ApiError, KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery, type ObjectRef, refName } from "@timonier/kit/kube-discovery";
import { readKubeconfig } from "@timonier/kit/kubeconfig";
import { UserError } from "@timonier/kit/user-error";
import { fluxSystem } from "@timonier/manifests/gotk-sync";
import { OWNER_ANNOTATION } from "../cluster.js";
import { deniedActions } from "./access.js";
import type { ClusterFacts, FluxFacts, Installer, WantedInCluster } from "./facts.js";

interface Meta {
  readonly metadata: KubeObject["metadata"] & { readonly uid: string };
}

/**
 * Reads what a stack needs to know of a cluster that it does not own. Writes nothing.
 *
 * @throws UserError when the cluster does not answer, or does not accept the kubeconfig's user
 */
export async function gatherClusterFacts(kubeconfig: string, wanted: WantedInCluster): Promise<ClusterFacts> {
  const api = new KubeApi(await readKubeconfig(kubeconfig));
  const { server } = api.access;
  try {
    const discovery = new KubeDiscovery(api);
    const version = await api.call<{ gitVersion: string }>({ path: "/version" });
    // Before all other requests: a rejected user gives one error and not twenty.
    const system = await api.call<Meta>({ path: "/api/v1/namespaces/kube-system" });
    const denied = await deniedActions(api, discovery, wanted);
    const facts = { server, identity: system.metadata.uid, kubernetesVersion: version.gitVersion, denied };
    // A user without these permissions may not be able to see every object, so nothing can be said
    // about preexisting ones.
    if (denied.length > 0) return { ...facts, flux: undefined, preexisting: new Set() };
    const [flux, there] = await Promise.all([readFlux(api, wanted.cluster), readPreexisting(discovery, wanted)]);
    // A Flux that the stack did not install is not changed at all: missing parts come through Git.
    const whole = flux && flux.installer.kind !== "this" ? wanted.components.map(refName) : [];
    return { ...facts, flux, preexisting: new Set([...there, ...whole]) };
  } catch (error) {
    throw unusable(error, server);
  } finally {
    api.close();
  }
}

async function readFlux(api: KubeApi, cluster: string): Promise<FluxFacts | undefined> {
  const query = { labelSelector: "app.kubernetes.io/part-of=flux" };
  const { items } = await api.call<{ items: Meta[] }>({ path: "/apis/apps/v1/deployments", query });
  const [controller] = items;
  if (!controller) return undefined;
  const namespace = controller.metadata.namespace ?? fluxSystem;
  const root = (group: string, plural: string) =>
    api.find<{ spec: { url?: string; path?: string } }>(
      `/apis/${group}.toolkit.fluxcd.io/v1/namespaces/${namespace}/${plural}/${fluxSystem}`,
    );
  const [source, kustomization] = await Promise.all([
    root("source", "gitrepositories"),
    root("kustomize", "kustomizations"),
  ]);
  return {
    namespace,
    version: controller.metadata.labels?.["app.kubernetes.io/version"]?.replace(/^v/, ""),
    // All controllers are asked: the owner annotation may have been removed from one of them.
    installer:
      items.map((item) => installerOf(item, cluster)).find(({ kind }) => kind === "this") ??
      installerOf(controller, cluster),
    url: source?.spec.url,
    path: kustomization?.spec.path?.replace(/^\.\//, "").replace(/\/+$/, ""),
  };
}

/** Who applied an object, by the labels and annotations that tools set. */
export function installerOf(object: Pick<Meta, "metadata">, cluster: string): Installer {
  const { labels = {}, annotations = {} } = object.metadata;
  const stack = annotations[OWNER_ANNOTATION];
  if (stack !== undefined) return stack === cluster ? { kind: "this" } : { kind: "another", cluster: stack };
  const instance = labels["fluxcd.controlplane.io/name"];
  if (instance) return { kind: "tool", tool: `flux-operator (FluxInstance ${instance})` };
  const release = annotations["meta.helm.sh/release-name"];
  if (release) return { kind: "tool", tool: `Helm (release ${release})` };
  const argo = labels["argocd.argoproj.io/instance"] ?? annotations["argocd.argoproj.io/tracking-id"]?.split(":")[0];
  if (argo) return { kind: "tool", tool: `Argo CD (application ${argo})` };
  if (labels["olm.owner"]) return { kind: "tool", tool: `Operator Lifecycle Manager (${labels["olm.owner"]})` };
  const manager = labels["app.kubernetes.io/managed-by"];
  // Flux does not set this label; the flux command sets it to flux.
  if (manager && manager !== "flux") return { kind: "tool", tool: manager };
  const pulumi = pulumiManager(object);
  return pulumi === undefined ? { kind: "flux" } : { kind: "pulumi", manager: pulumi };
}

/**
 * Wanted objects that the stack did not create. A removed owner annotation must not turn the stack's own objects into
 * preexisting ones, so Pulumi's field manager counts too, for manifests.
 */
async function readPreexisting(discovery: KubeDiscovery, wanted: WantedInCluster): Promise<ReadonlySet<string>> {
  const preexisting = async (ref: ObjectRef, isOurs: (object: Meta) => boolean) => {
    const there = await discovery.find<Meta>(ref);
    return there && there.metadata.annotations?.[OWNER_ANNOTATION] !== wanted.cluster && !isOurs(there)
      ? [refName(ref)]
      : [];
  };
  const manifests = [...wanted.components, ...wanted.sync].map((ref) =>
    preexisting(ref, (there) => pulumiManager(there) !== undefined),
  );
  const secrets = wanted.secrets.map((ref) => preexisting(ref, () => false));
  return new Set((await Promise.all([...manifests, ...secrets])).flat());
}

function unusable(error: unknown, server: string): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof ApiError && (error.code === 401 || error.code === 403)) {
    return new UserError(
      `the cluster refuses the kubeconfig's user: ${error.message}`,
      server,
      "renew the kubeconfig, or name another one: pulumi config set kubeconfig FILE",
      { code: "TIM-301", cause: error },
    );
  }
  const reason = error instanceof Error ? error.message : String(error);
  const fix = "start the cluster, or correct the settings kubeconfig and kubeContext";
  return new UserError(`the cluster does not answer: ${reason}`, server, fix, { code: "TIM-302", cause: error });
}
