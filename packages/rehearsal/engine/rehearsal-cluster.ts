import { clusterToolNames } from "@timonier/control-plane/tools";
import { endProcess } from "@timonier/kit/daemon";
import type { KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { elapsed } from "@timonier/kit/progress";
import { keyOf } from "@timonier/toolchain/cache";
import { instanceArguments } from "../model/flux-instance.js";
import { fluxVersionOf, withDefaultGates } from "../model/flux-version.js";
import type { KubeObject } from "../model/kube-objects.js";
import type { RevisionState } from "../model/revision-state.js";
import { controllerArgumentsOf } from "../model/source-routes.js";
import { applyAll } from "./apply.js";
import { EMPTY, hasBase, readBase, restoreBase, saveBase } from "./base-store.js";
import { createCluster } from "./cluster-install.js";
import { clusterProcesses, freeze, freezeWriters, killCluster, missingPrograms, thaw } from "./cluster-processes.js";
import { controllerManagerReady, fluxReady, mutationsInForce } from "./cluster-ready.js";
import { type ClusterRecord, readClusterRecord, writeClusterRecord } from "./cluster-record.js";
import { apiServerReady, openApi, type StartContext, startComponents } from "./control-plane.js";
import { type FluxArguments, fluxControllers, meaningfulFlags, startFlux } from "./flux-controllers.js";
import { networkKey } from "./flux-network.js";
import { listeners } from "./listeners.js";
import { policiesInForce } from "./policies-in-force.js";
import { readRegistry } from "./registry.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { restoreInPlace, type SavedRegistry, servedKinds } from "./restore-in-place.js";

/** Programs of a rehearsal, and where it reports its progress. */
export interface RehearsalContext extends StartContext {
  /** Path of the flux command: it has the definitions of Flux's kinds. */
  readonly flux: string;
}

/** A running rehearsal cluster: etcd, API server, controller manager and Flux, for this rehearsal only. */
export interface RehearsalCluster {
  readonly layout: RehearsalLayout;
  readonly api: KubeApi;
  readonly discovery: KubeDiscovery;
  readonly record: ClusterRecord;
}

/**
 * Increased when the stored form of {@link RevisionState} or the cluster itself changes: stored
 * bases are then discarded.
 */
const STORED_FORM = 14;

/**
 * The rehearsal cluster, restored to one of the stored bases.
 *
 * @param key a base for which {@link hasBase} is true, or EMPTY
 * @param policies the rehearsal's own policies, by the address of its Git server. A cluster that
 * starts at EMPTY waits for them
 *   together with others, which saves time.
 * @throws UserError when it does not start
 */
export async function clusterAt(
  layout: RehearsalLayout,
  key: string,
  context: RehearsalContext,
  policies: (server: string) => readonly KubeObject[] = () => [],
): Promise<RehearsalCluster> {
  const start = Date.now();
  const pins = keyOf([clusterToolNames.map((name) => context.tools[name]), context.flux, STORED_FORM]);
  const record = readClusterRecord(layout);
  if (record?.pins !== pins || !hasBase(layout, EMPTY)) return await install(layout, pins, context);
  const taken = takenPorts(layout, record);
  if (taken.length > 0) {
    context.progress(`rehearsal: another program listens on port ${taken.join(", ")}: choosing other ports`);
    return await install(layout, pins, context);
  }
  if (record.at === key && record.network === networkKey(layout) && missingPrograms(layout).length === 0) {
    thaw(layout);
    const cluster = opened(layout, record);
    if (await cluster.api.isReady(5_000)) return cluster;
    cluster.api.close();
  }
  const own = key === EMPTY ? policies(gitServer(record)) : [];
  const cluster = await restoreCluster({ layout, record }, key, own, context);
  context.progress(`rehearsal: cluster restored to its base (${elapsed(start)})`);
  return cluster;
}

/** Ports of the cluster that other programs took while it did not run. */
function takenPorts(layout: RehearsalLayout, { ports }: ClusterRecord): number[] {
  const pids = [...clusterProcesses(layout).values()].flat().map(({ pid }) => pid);
  return [...listeners(Object.values(ports), pids)].flatMap(([port, who]) => (who === "other" ? [port] : []));
}

/** Restores a cluster to a stored base, whatever was done to it since. */
async function restoreCluster(
  { layout, record }: { readonly layout: RehearsalLayout; readonly record: ClusterRecord },
  key: string,
  policies: readonly KubeObject[],
  context: RehearsalContext,
): Promise<RehearsalCluster> {
  const { at: _at, ...before } = record;
  const modified = { ...before, network: networkKey(layout) };
  writeClusterRecord(layout, modified);
  const cluster = opened(layout, modified);
  const flags = key === EMPTY ? {} : fluxArguments(await readBase<RevisionState>(layout, key));
  if (await restoreInPlace(cluster, key, context)) {
    await applyAll(cluster, policies, "timonier");
    // Policies of the base have to be in force before its Kustomizations reconcile again.
    const inForce = Promise.all([mutationsInForce(cluster, context), policiesInForce(cluster, context)]);
    if (key !== EMPTY) await inForce;
    startFlux(cluster, context.tools, { running: new Set(), flags });
    await Promise.all([inForce, fluxReady(cluster, context), controllerManagerReady(cluster, context)]);
  } else {
    await killCluster(layout);
    await restoreBase(layout, key);
    startComponents(layout);
    await apiServerReady(cluster.api, layout, context);
    startFlux(cluster, context.tools, { running: new Set(clusterProcesses(layout).keys()), flags });
    await Promise.all([
      fluxReady(cluster, context),
      mutationsInForce(cluster, context),
      controllerManagerReady(cluster, context),
    ]);
  }
  // With a rehearsal's own policies in it, the cluster is at the base of this rehearsal only.
  writeClusterRecord(layout, { ...modified, ...(policies.length === 0 && { at: key }), last: key });
  return { ...cluster, record: { ...modified, at: key } };
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
  const cluster = await createCluster(layout, pins, context);
  await saveState(cluster, EMPTY, {});
  context.progress(`rehearsal: cluster created (${elapsed(start)})`);
  return { ...cluster, record: { ...cluster.record, at: EMPTY } };
}

/** Stores the present state of the cluster as a base, and lets the cluster continue. */
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

/** Records that the cluster is no longer at a base. */
export function markModified({ layout, record }: RehearsalCluster): void {
  const { at: _at, ...rest } = readClusterRecord(layout) ?? record;
  writeClusterRecord(layout, rest);
}

/** Arguments of a cluster's own Flux that change what happens, and the default feature gates of its version. */
export function fluxArguments({ snapshot }: Pick<RevisionState, "snapshot">): FluxArguments {
  const found = {
    ...instanceArguments(snapshot, meaningfulFlags),
    ...controllerArgumentsOf(snapshot, meaningfulFlags),
  };
  const given = found["kustomize-controller"] ?? [];
  const args = withDefaultGates(given, fluxVersionOf(snapshot));
  return args.length > 0 ? { ...found, "kustomize-controller": args } : found;
}

/** Restarts the Flux controllers with other arguments. */
export async function restartFlux(
  cluster: RehearsalCluster,
  context: RehearsalContext,
  flags: FluxArguments,
): Promise<void> {
  const running = clusterProcesses(cluster.layout);
  await Promise.all(fluxControllers.flatMap((name) => running.get(name) ?? []).map((one) => endProcess(one, 0)));
  startFlux(cluster, context.tools, { running: new Set(), flags });
  await fluxReady(cluster, context);
}
