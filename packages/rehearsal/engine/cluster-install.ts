import { mkdirSync } from "node:fs";
import { clusterName } from "@timonier/control-plane/layout";
import { nodeManifest } from "@timonier/control-plane/node";
import type { KubeApi } from "@timonier/kit/kube-api";
import { KubeDiscovery } from "@timonier/kit/kube-discovery";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { isKubeObject, type KubeObject } from "../model/kube-objects.js";
import { withOpenKinds } from "../model/open-kinds.js";
import { type ApplyClient, applyAll } from "./apply.js";
import { accountsReady, definitionsServed, fluxReady, mutationsInForce } from "./cluster-ready.js";
import type { ClusterRecord } from "./cluster-record.js";
import { apiServerReady, installControlPlane, openApi, type StartContext } from "./control-plane.js";
import { FLUX_MANAGER, startFlux } from "./flux-controllers.js";
import { networkKey } from "./flux-network.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { serviceAddresses } from "./service-network.js";
import { volumeGrowth } from "./volume-growth.js";

/** A cluster that was just created: it holds Flux's definitions and the rehearsal's own policies. */
interface CreatedCluster extends ApplyClient {
  readonly layout: RehearsalLayout;
  readonly record: ClusterRecord;
}

/**
 * Creates the rehearsal cluster, in place of any other in its folder.
 *
 * @param pins what it is made of; another cluster is created when that changes
 */
export async function createCluster(
  layout: RehearsalLayout,
  pins: string,
  context: StartContext & { readonly flux: string },
): Promise<CreatedCluster> {
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  const [ports, definitions] = await Promise.all([installControlPlane(layout, context), fluxDefinitions(context.flux)]);
  const api = openApi(layout, { ports });
  await apiServerReady(api, layout, context);
  const { gitVersion } = await api.call<{ gitVersion: string }>({ path: "/version" });
  const client = { api, discovery: new KubeDiscovery(api) };
  await createNode(api, gitVersion);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } };
  await applyAll(client, [namespace, ...definitions], FLUX_MANAGER);
  await definitionsServed(client, definitions, context);
  await applyAll(client, [...volumeGrowth, ...serviceAddresses], "timonier");
  const record: ClusterRecord = { ports, pins, kubernetesVersion: gitVersion, network: networkKey(layout) };
  const cluster = { layout, api, discovery: new KubeDiscovery(api), record };
  startFlux(cluster, context.tools, { running: new Set() });
  await Promise.all([fluxReady(cluster, context), accountsReady(cluster, context), mutationsInForce(cluster, context)]);
  return cluster;
}

/** Creates the one node, which runs every pod. */
async function createNode(api: KubeApi, kubernetesVersion: string): Promise<void> {
  const node = nodeManifest(kubernetesVersion, 0);
  const huge = { cpu: "10000", memory: "100Ti", "ephemeral-storage": "1000Ti", pods: "100000" };
  await api.call({
    method: "POST",
    path: "/api/v1/nodes",
    body: { ...node, status: { ...node.status, capacity: huge, allocatable: huge } },
  });
  // The API server taints a new node as not ready. The controller that removes the taint does not
  // run here, so DaemonSets would have no pods.
  await api.call({ method: "PATCH", path: `/api/v1/nodes/${clusterName}`, body: { spec: { taints: [] } } });
}

async function fluxDefinitions(flux: string): Promise<KubeObject[]> {
  const { stdout } = await execa(flux, ["install", "--export"], { env: { HOME: "/nonexistent" }, maxBuffer: 64e6 });
  return parseAllDocuments(stdout)
    .map((document): unknown => document.toJS())
    .filter(isKubeObject)
    .filter(({ kind }) => kind === "CustomResourceDefinition")
    .map(withOpenKinds);
}
