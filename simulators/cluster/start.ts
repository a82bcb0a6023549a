import { existsSync, mkdirSync, rmSync } from "node:fs";
import { components, portOptions } from "@timonier/control-plane/components";
import { createControlPlane, startControlPlane } from "@timonier/control-plane/kwokctl";
import { type ClusterLayout, clusterName } from "@timonier/control-plane/layout";
import { nodeManifest } from "@timonier/control-plane/node";
import { becomesFree, freePorts, isAnyTaken } from "@timonier/control-plane/ports";
import {
  adminAccess,
  agentPort,
  type ClusterRecord,
  checkCertificate,
  readRecord,
  serverOf,
  writeKubeconfig,
  writeRecord,
} from "@timonier/control-plane/record";
import type { ClusterTools } from "@timonier/control-plane/tools";
import { ApiError, KubeApi } from "@timonier/kit/kube-api";
import { elapsed, type Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import { startAgent } from "./agent-process.js";
import { type ClusterProcesses, findProcesses, missingParts, stopProcesses, tellKwokctl } from "./cluster-processes.js";
import type { EmbeddedCluster } from "./contract.js";
import { processEnded } from "./ended.js";
import { reserveReceiver } from "./service-address.js";

interface Waiting {
  readonly progress: Progress;
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/**
 * Longest wait for an answer of the API server, in milliseconds. Without etcd it does not answer,
 * and that has to be detected soon.
 */
const PATIENCE = 3_000;

/** Ports of a cluster, by kwokctl's options and the agent's own name. */
type Ports = Readonly<Record<string, number>>;

/** How often an empty cluster is installed while other processes take the ports that it chose. */
const INSTALLATIONS = 3;

/**
 * @param choosePorts ports for a cluster that is installed
 * @see startCluster
 */
export async function startParts(
  layout: ClusterLayout,
  tools: ClusterTools,
  how: Waiting,
  choosePorts: () => Promise<Ports> = () => freePorts([...portOptions, agentPort]),
): Promise<EmbeddedCluster> {
  const begun = { ...how, start: Date.now() };
  const record = readRecord(layout);
  if (record?.kubernetesVersion) {
    await startMissing(layout, tools, record, how);
    return awaitReady(layout, tools, record, begun);
  }
  // A cluster that was never ready is empty and may be incomplete: it is installed again.
  for (let round = 1; ; round++) {
    const ports = await choosePorts();
    try {
      return await awaitReady(layout, tools, await install(layout, tools, ports, how), begun);
    } catch (error) {
      // Between the choice of a port and its use, another process can take it.
      if (round === INSTALLATIONS || how.signal?.aborted || !(await lostPort(layout, ports))) throw error;
      how.progress("embedded cluster: another process took one of its ports, choosing others");
    }
  }
}

/** Ends the processes of a failed installation. @returns whether another process listens on one of its ports */
async function lostPort(layout: ClusterLayout, ports: Ports): Promise<boolean> {
  await stopProcesses(layout, 0);
  return isAnyTaken(ports);
}

async function awaitReady(
  layout: ClusterLayout,
  tools: ClusterTools,
  record: ClusterRecord,
  how: Waiting & { readonly start: number },
): Promise<EmbeddedCluster> {
  const access = adminAccess(layout, record);
  if (!access) throw unreadable(layout);
  checkCertificate(layout, access.cert);
  writeKubeconfig(layout, access);
  await startAgent(layout, tools, record);

  const api = new KubeApi(access, PATIENCE);
  try {
    await apiServerReady(api, layout, how);
    // The controllers wait 20 s for the API server, and end on a machine that is too busy for that.
    await startMissing(layout, tools, record, how);
    const kubernetesVersion = await podsSchedule(api, layout, record, how);
    how.progress(`embedded cluster: ready (${elapsed(how.start)})`);
    return { kubeconfigFile: layout.kubeconfig, server: serverOf(record), kubernetesVersion };
  } finally {
    api.close();
  }
}

async function install(layout: ClusterLayout, tools: ClusterTools, ports: Ports, how: Waiting): Promise<ClusterRecord> {
  // Without a record all files belong to an interrupted installation.
  await stopProcesses(layout, 0);
  for (const half of [layout.kwokHome, layout.agent]) rmSync(half, { recursive: true, force: true });
  how.progress("embedded cluster: starting etcd and Kubernetes");
  await reserveReceiver(layout, Object.values(ports));
  await createControlPlane(layout, tools, ports, how);
  const record = { ports };
  writeRecord(layout, record);
  return record;
}

async function startMissing(
  layout: ClusterLayout,
  tools: ClusterTools,
  record: ClusterRecord,
  how: Waiting,
): Promise<void> {
  if (!existsSync(layout.pki) || !existsSync(layout.programs)) throw unreadable(layout);
  const running = findProcesses(layout);
  const missing = missingParts(running).filter((name) => components.some((component) => component.name === name));
  if (missing.length === 0) return;
  how.progress(`embedded cluster: starting ${missing.join(", ")}`);
  await requirePorts(layout, record, running);
  tellKwokctl(layout, tools, running);
  mkdirSync(layout.logs, { recursive: true, mode: 0o750 });
  await startControlPlane(layout, tools, how.signal);
}

/** Checks the ports first: a port taken by another process would only show as a component that ends at once. */
async function requirePorts(layout: ClusterLayout, record: ClusterRecord, running: ClusterProcesses): Promise<void> {
  for (const { name, portOptions } of components) {
    if (running.controlPlane.has(name)) continue;
    for (const option of portOptions) {
      const port = record.ports[option];
      if (port === undefined || (await becomesFree(port))) continue;
      throw new UserError(
        `the port of the embedded cluster's ${name} is taken by another process`,
        `127.0.0.1:${port}, kept in ${layout.record}`,
        `end that process (\`ss -ltnp | grep ${port}\` names it), or recreate the cluster: \`npx timonier down\` and \`npm run up\``,
        { code: "TIM-337" },
      );
    }
  }
}

async function apiServerReady(api: KubeApi, layout: ClusterLayout, how: Waiting): Promise<void> {
  const died = new Map<string, number>();
  await waitFor({ ...waiting(layout, how), what: "the embedded API server", interval: 100 }, async () => {
    if (await api.isReady(1_000)) return { done: true, value: undefined };
    const missing = missingParts(findProcesses(layout)).filter((name) => name === "etcd" || name === "kube-apiserver");
    for (const name of missing) {
      died.set(name, (died.get(name) ?? 0) + 1);
      // Checked twice: the first check may fall into the moment between fork and exec.
      if ((died.get(name) ?? 0) > 1) throw processEnded(layout, name, "ended");
    }
    return { done: false, missing: "not ready yet" };
  });
}

async function ensureNode(api: KubeApi, kubernetesVersion: string, record: ClusterRecord): Promise<void> {
  if (await api.find(`/api/v1/nodes/${clusterName}`)) return;
  try {
    const body = nodeManifest(kubernetesVersion, record.ports[agentPort] ?? 0);
    await api.call({ method: "POST", path: "/api/v1/nodes", body });
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  }
}

/** @returns the server's version */
async function podsSchedule(api: KubeApi, layout: ClusterLayout, record: ClusterRecord, how: Waiting): Promise<string> {
  let version: string | undefined;
  const prepared = async (): Promise<string | undefined> => {
    version ??= await register(api, layout, record);
    return await firstMissing(api, layout);
  };
  return await waitFor({ ...waiting(layout, how), what: "the embedded cluster", interval: 100 }, async () => {
    const missing = await prepared().catch(noAnswer);
    if (missing === undefined && version !== undefined) return { done: true as const, value: version };
    const gone = missingParts(findProcesses(layout))[0];
    if (gone !== undefined) throw processEnded(layout, gone, "ended");
    return { done: false as const, missing: missing ?? "not registered yet" };
  });
}

/** Makes the node, and keeps the server's version: from then on the cluster is installed. @returns the version */
async function register(api: KubeApi, layout: ClusterLayout, record: ClusterRecord): Promise<string> {
  const kubernetesVersion = (await api.call<{ gitVersion: string }>({ path: "/version" })).gitVersion;
  writeRecord(layout, { ...record, kubernetesVersion });
  await ensureNode(api, kubernetesVersion, record);
  return kubernetesVersion;
}

/** An API server that ended meanwhile is reported with the other processes. */
function noAnswer(error: unknown): string {
  if (error instanceof ApiError && error.code < 500) throw error;
  return `the API server does not answer: ${error instanceof Error ? error.message : String(error)}`;
}

interface Node {
  spec?: { taints?: Array<{ key: string; effect: string }> };
  status?: { conditions?: Array<{ type: string; status: string }> };
}

async function firstMissing(api: KubeApi, layout: ClusterLayout): Promise<string | undefined> {
  const node = await api.find<Node>(`/api/v1/nodes/${clusterName}`);
  if (!node?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) {
    return `node ${clusterName} is not Ready (kwok-controller)`;
  }
  if (node.spec?.taints?.some(({ key }) => key === "node.kubernetes.io/not-ready")) {
    return `node ${clusterName} still has its taint not-ready (kube-controller-manager)`;
  }
  if (!(await api.find("/api/v1/namespaces/default/serviceaccounts/default"))) {
    return "ServiceAccount default of namespace default (kube-controller-manager)";
  }
  return existsSync(layout.agentReady) ? undefined : "the runtime agent has not seen the pods yet";
}

function waiting(layout: ClusterLayout, how: Waiting) {
  return {
    ...how,
    where: layout.dir,
    fix: `look into the logs in ${layout.logs} and ${layout.agentLog}, then run the command again`,
  };
}

function unreadable(layout: ClusterLayout): UserError {
  return new UserError(
    "files of the embedded cluster are missing",
    layout.controlPlane,
    "`npx timonier down` and `npm run up` recreate the cluster",
    { code: "TIM-338" },
  );
}
