import { mkdirSync } from "node:fs";
import { clusterName } from "@timonier/control-plane/layout";
import { nodeManifest } from "@timonier/control-plane/node";
import { endProcess } from "@timonier/kit/daemon";
import { ApiError, type KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { elapsed } from "@timonier/kit/progress";
import { waitFor } from "@timonier/kit/wait";
import { keyOf } from "@timonier/toolchain/cache";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { instanceArguments } from "../model/flux-instance.js";
import { fluxVersionOf, withDefaultGates } from "../model/flux-version.js";
import { isKubeObject, type KubeObject } from "../model/kube-objects.js";
import { withOpenKinds } from "../model/open-kinds.js";
import type { RevisionState } from "../model/revision-state.js";
import { controllerArgumentsOf } from "../model/source-routes.js";
import { isProbed, probePolicies, probes } from "./admission-policies.js";
import { applyAll } from "./apply.js";
import { EMPTY, hasBase, readBase, restoreBase, saveBase } from "./base-store.js";
import { clusterProcesses, freeze, freezeWriters, killCluster, missingPrograms, thaw } from "./cluster-processes.js";
import { type ClusterRecord, readClusterRecord, writeClusterRecord } from "./cluster-record.js";
import { apiServerReady, installControlPlane, openApi, type StartContext, startComponents } from "./control-plane.js";
import { type FluxController, fluxControllers, meaningfulFlags, startFlux } from "./flux-controllers.js";
import { networkKey } from "./flux-network.js";
import { listeners } from "./listeners.js";
import { policiesInForce } from "./policies-in-force.js";
import { readRegistry } from "./registry.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { restoreInPlace, type SavedRegistry, servedKinds } from "./restore-in-place.js";
import { serviceAddresses } from "./service-network.js";
import { volumeGrowth } from "./volume-growth.js";
import { waitOptions } from "./waiting.js";

/** What a rehearsal's programs are. */
export interface RehearsalContext extends StartContext {
  /** Path of the flux command: it has the definitions of Flux's kinds. */
  readonly flux: string;
}

/** A control plane that runs. */
export interface RehearsalCluster {
  readonly layout: RehearsalLayout;
  readonly api: KubeApi;
  readonly discovery: KubeDiscovery;
  readonly record: ClusterRecord;
}

/** Field manager of what a cluster has before Flux: Flux takes it over as its own. */
export const FLUX_MANAGER = "kustomize-controller";

/**
 * The control plane at one of the bases that are kept, running.
 *
 * @param key one that {@link hasBase} knows, or EMPTY
 * @param policies the rehearsal's own, by the address of its Git server: where it begins at EMPTY, they come into force while it waits
 *   for others
 * @throws UserError when it does not start
 */
export async function clusterAt(
  layout: RehearsalLayout,
  key: string,
  context: RehearsalContext,
  policies: (server: string) => readonly KubeObject[] = () => [],
): Promise<RehearsalCluster> {
  const start = Date.now();
  const pins = keyOf([context.tools, context.flux, 13]);
  const record = readClusterRecord(layout);
  if (record?.pins !== pins || !hasBase(layout, EMPTY)) return await install(layout, pins, context);
  const taken = takenPorts(layout, record);
  if (taken.length > 0) {
    context.progress(`rehearsal: another program listens on port ${taken.join(", ")}: other ports are chosen`);
    return await install(layout, pins, context);
  }
  if (record.at === key && record.network === networkKey(layout) && missingPrograms(layout).length === 0) {
    thaw(layout);
    const cluster = opened(layout, record);
    if (await cluster.api.isReady(5_000)) return cluster;
    cluster.api.close();
  }
  const cluster = await restoreCluster(layout, key, record, context, key === EMPTY ? policies(gitServer(record)) : []);
  context.progress(`rehearsal: control plane at its base (${elapsed(start)})`);
  return cluster;
}

/** Ports of the control plane that other programs took while it did not run. */
function takenPorts(layout: RehearsalLayout, { ports }: ClusterRecord): number[] {
  const pids = [...clusterProcesses(layout).values()].flat().map(({ pid }) => pid);
  return [...listeners(Object.values(ports), pids)].flatMap(([port, who]) => (who === "other" ? [port] : []));
}

/** Sets a control plane back to a base, whatever was done to it. */
async function restoreCluster(
  layout: RehearsalLayout,
  key: string,
  record: ClusterRecord,
  context: RehearsalContext,
  policies: readonly KubeObject[],
): Promise<RehearsalCluster> {
  const { at: _at, ...before } = record;
  const rest = { ...before, network: networkKey(layout) };
  writeClusterRecord(layout, rest);
  const cluster = opened(layout, rest);
  const flux = key === EMPTY ? {} : fluxArguments(await readBase<RevisionState>(layout, key));
  if (await restoreInPlace(cluster.api, layout, rest, key, context)) {
    await applyAll(cluster.api, cluster.discovery, policies, "timonier");
    // What the base has of policies is in force before its Kustomizations look at it.
    const inForce = Promise.all([changesObjects(cluster, context), policiesInForce(cluster, context)]);
    if (key !== EMPTY) await inForce;
    startFlux(layout, rest, context.tools, new Set(), flux);
    await Promise.all([inForce, fluxReady(cluster, context), controllersWork(cluster, context)]);
  } else {
    await killCluster(layout);
    await restoreBase(layout, key);
    startComponents(layout);
    await apiServerReady(cluster.api, layout, context);
    startFlux(layout, rest, context.tools, new Set(clusterProcesses(layout).keys()), flux);
    await Promise.all([
      fluxReady(cluster, context),
      changesObjects(cluster, context),
      controllersWork(cluster, context),
    ]);
  }
  // With a rehearsal's policies it is at the base of this rehearsal alone.
  writeClusterRecord(layout, { ...rest, ...(policies.length === 0 && { at: key }), last: key });
  return { ...cluster, record: { ...rest, at: key } };
}

/** Address of the server of the trees' repositories. */
export function gitServer({ ports }: Pick<ClusterRecord, "ports">): string {
  return `http://127.0.0.1:${ports.gitPort}`;
}

function opened(layout: RehearsalLayout, record: ClusterRecord): RehearsalCluster {
  const api = openApi(layout, record);
  return { layout, api, discovery: new KubeDiscovery(api), record };
}

async function install(layout: RehearsalLayout, pins: string, context: RehearsalContext): Promise<RehearsalCluster> {
  const start = Date.now();
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  const [ports, definitions] = await Promise.all([installControlPlane(layout, context), fluxDefinitions(context.flux)]);
  const api = openApi(layout, { ports });
  await apiServerReady(api, layout, context);
  const { gitVersion } = await api.call<{ gitVersion: string }>({ path: "/version" });
  const discovery = new KubeDiscovery(api);
  await createNode(api, gitVersion);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } };
  await applyAll(api, discovery, [namespace, ...definitions], FLUX_MANAGER);
  await established(api, context, definitions);
  await applyAll(api, discovery, [...volumeGrowth, ...serviceAddresses], "timonier");
  const record: ClusterRecord = { ports, pins, kubernetesVersion: gitVersion, network: networkKey(layout) };
  const cluster: RehearsalCluster = { layout, api, discovery: new KubeDiscovery(api), record };
  startFlux(layout, record, context.tools, new Set());
  await Promise.all([fluxReady(cluster, context), accountsReady(cluster, context), changesObjects(cluster, context)]);
  await saveState(cluster, EMPTY, {});
  context.progress(`rehearsal: control plane made (${elapsed(start)})`);
  return { ...cluster, record: { ...record, at: EMPTY } };
}

/** The one node, on which every pod is. */
async function createNode(api: KubeApi, kubernetesVersion: string): Promise<void> {
  const node = nodeManifest(kubernetesVersion, 0);
  const huge = { cpu: "10000", memory: "100Ti", "ephemeral-storage": "1000Ti", pods: "100000" };
  await api.call({
    method: "POST",
    path: "/api/v1/nodes",
    body: { ...node, status: { ...node.status, capacity: huge, allocatable: huge } },
  });
  // A new node gets the taint of one that is not ready, and the controller that would take it off does not run here: DaemonSets
  // would have no pods.
  await api.call({ method: "PATCH", path: `/api/v1/nodes/${clusterName}`, body: { spec: { taints: [] } } });
}

/** Keeps the present state as a base, and goes on. */
export async function saveState(cluster: RehearsalCluster, key: string, state: unknown): Promise<void> {
  const served = await servedKinds(cluster.api);
  try {
    freezeWriters(cluster.layout);
    const objects = [...(await readRegistry(cluster.record))];
    freeze(cluster.layout);
    const registry: SavedRegistry = { objects, served };
    await saveBase(cluster.layout, key, state, registry);
    writeClusterRecord(cluster.layout, { ...cluster.record, at: key, last: key });
  } finally {
    thaw(cluster.layout);
  }
}

/** Notes that the control plane is not at a base any more. */
export function markModified({ layout, record }: RehearsalCluster): void {
  const { at: _at, ...rest } = readClusterRecord(layout) ?? record;
  writeClusterRecord(layout, rest);
}

/** Arguments with which a cluster's own Flux is started, where they change what happens, and defaults of its version. */
export function fluxArguments({
  snapshot,
}: Pick<RevisionState, "snapshot">): Partial<Record<FluxController, readonly string[]>> {
  const found = {
    ...instanceArguments(snapshot, meaningfulFlags),
    ...controllerArgumentsOf(snapshot, meaningfulFlags),
  };
  const given = found["kustomize-controller"] ?? [];
  const args = withDefaultGates(given, fluxVersionOf(snapshot));
  return args.length > 0 ? { ...found, "kustomize-controller": args } : found;
}

/** Starts the Flux controllers anew with other arguments. */
export async function restartFlux(
  cluster: RehearsalCluster,
  context: RehearsalContext,
  meaningful: Readonly<Partial<Record<FluxController, readonly string[]>>>,
): Promise<void> {
  const running = clusterProcesses(cluster.layout);
  await Promise.all(fluxControllers.flatMap((name) => running.get(name) ?? []).map((one) => endProcess(one, 0)));
  startFlux(cluster.layout, cluster.record, context.tools, new Set(), meaningful);
  await fluxReady(cluster, context);
}

async function fluxDefinitions(flux: string): Promise<KubeObject[]> {
  const { stdout } = await execa(flux, ["install", "--export"], { env: { HOME: "/nonexistent" }, maxBuffer: 64e6 });
  return parseAllDocuments(stdout)
    .map((document): unknown => document.toJS())
    .filter(isKubeObject)
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map(withOpenKinds);
}

async function established(api: KubeApi, context: StartContext, definitions: readonly KubeObject[]): Promise<void> {
  const groups = new Set(
    definitions.flatMap((one) => {
      const spec = one.spec as { group: string; versions: ReadonlyArray<{ name: string; served: boolean }> };
      return spec.versions.filter(({ served }) => served).map(({ name }) => `/apis/${spec.group}/${name}`);
    }),
  );
  await waitFor(waitOptions("the definitions of Flux's kinds", context), async () => {
    const there = await Promise.all([...groups].map((path) => api.find(path)));
    return there.every(Boolean) ? { done: true, value: undefined } : { done: false, missing: "not served yet" };
  });
}

/**
 * Waits until the API server can change objects of Flux's kinds, which it refuses before, and until every policy that changes objects
 * and was written before is in force.
 */
async function changesObjects({ api, discovery }: RehearsalCluster, context: StartContext): Promise<void> {
  const probeLabel = `m${Date.now()}`;
  await applyAll(api, discovery, probePolicies(probeLabel), "timonier");
  await waitFor(waitOptions("the rehearsal's admission", context), async () => {
    const missing = { done: false, missing: "Flux's kinds are not known to it yet" } as const;
    try {
      const tried = await applyAll(api, discovery, probes, FLUX_MANAGER, true);
      return tried.every((one) => isProbed(one, probeLabel)) ? { done: true, value: undefined } : missing;
    } catch (error) {
      if (error instanceof ApiError && error.code === 503) return missing;
      throw error;
    }
  });
}

async function accountsReady({ api }: RehearsalCluster, context: StartContext): Promise<void> {
  await waitFor(waitOptions("the rehearsal's controllers", context), async () => {
    const node = await api.find<{ status?: { conditions?: Array<{ type: string; status: string }> } }>(
      `/api/v1/nodes/${clusterName}`,
    );
    if (!node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) {
      return { done: false, missing: "the node is not Ready" };
    }
    const account = await api.find("/api/v1/namespaces/default/serviceaccounts/default");
    return account ? { done: true, value: undefined } : { done: false, missing: "no ServiceAccount default" };
  });
}

/**
 * Waits until kube-controller-manager works: while it starts, nothing changes, which would count as the end of a rollout. It writes
 * the ConfigMap of the cluster's authority again when that is deleted.
 */
async function controllersWork({ api }: RehearsalCluster, context: StartContext): Promise<void> {
  const path = "/api/v1/namespaces/kube-node-lease/configmaps/kube-root-ca.crt";
  try {
    await api.call({ method: "DELETE", path });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A policy of the base may refuse the deletion.
    if (error.code !== 404) return;
  }
  await waitFor(waitOptions("the controller manager", context), async () =>
    (await api.find(path)) ? { done: true, value: undefined } : { done: false, missing: "it does nothing yet" },
  );
}

async function fluxReady({ record, layout }: RehearsalCluster, context: StartContext): Promise<void> {
  const ports = fluxControllers.map((name) => record.ports[`${name.replace("-controller", "")}HealthPort`] ?? 0);
  await waitFor(waitOptions("the Flux controllers", context, layout.flux), async () => {
    const ready = await Promise.all(ports.map((port) => responds(`http://127.0.0.1:${port}/readyz`)));
    if (ready.every(Boolean)) {
      const running = clusterProcesses(layout);
      const pids = fluxControllers.flatMap((name) => running.get(name) ?? []).map(({ pid }) => pid);
      const others = [...listeners(ports, pids)].flatMap(([port, who]) => (who === "ours" ? [] : [port]));
      if (others.length === 0) return { done: true, value: undefined };
      return { done: false, missing: `another program answers on port ${others.join(", ")}` };
    }
    return { done: false, missing: fluxControllers.filter((_, index) => !ready[index]).join(", ") };
  });
}

async function responds(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
