import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { processesOf } from "@timonier/control-plane/processes";
import { endProcess, type ProcessIdentity } from "@timonier/kit/daemon";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { removeScratch } from "./scratch.js";

/** Programs of the rehearsal cluster, each after the ones that it needs. */
const order = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kwok-controller",
  "source-controller",
  "kustomize-controller",
  "helm-controller",
] as const;

/** Programs that store the objects. */
const servers: ReadonlySet<string> = new Set(["etcd", "kube-apiserver"]);

/** Name of a program of the cluster. */
export type ClusterProgram = (typeof order)[number];

export function clusterProcesses(layout: RehearsalLayout): Map<string, ProcessIdentity[]> {
  const found = new Map<string, ProcessIdentity[]>();
  for (const { identity, argv } of processesOf(layout.cluster.dir)) {
    const name = basename(argv[0] ?? "");
    found.set(name, [...(found.get(name) ?? []), identity]);
  }
  return found;
}

export function missingPrograms(layout: RehearsalLayout): ClusterProgram[] {
  const running = clusterProcesses(layout);
  return order.filter((name) => !running.has(name));
}

/** Stops every process with SIGSTOP: a frozen cluster uses no CPU time, and its files can be copied. */
export function freeze(layout: RehearsalLayout): void {
  signal(layout, [...order].reverse(), "SIGSTOP");
}

/** Freezes all programs but etcd, which can then be read while nothing changes. */
export function freezeWriters(layout: RehearsalLayout): void {
  signal(
    layout,
    [...order].reverse().filter((name) => name !== "etcd"),
    "SIGSTOP",
  );
}

/** Continues all processes. */
export function thaw(layout: RehearsalLayout): void {
  signal(layout, order, "SIGCONT");
}

/** Whether all processes are frozen. */
export function isFrozen(layout: RehearsalLayout): boolean {
  const running = [...clusterProcesses(layout).values()].flat();
  return running.length > 0 && running.every(({ pid }) => /\) T/.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
}

/** Kills all processes. */
export async function killCluster(layout: RehearsalLayout): Promise<void> {
  await kill(layout, order);
}

/** Kills all processes but etcd and the API server. */
export async function killClients(layout: RehearsalLayout): Promise<void> {
  await kill(
    layout,
    order.filter((name) => !servers.has(name)),
  );
}

async function kill(layout: RehearsalLayout, names: readonly ClusterProgram[]): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const running = clusterProcesses(layout);
    await Promise.all(names.flatMap((name) => running.get(name) ?? []).map((one) => endProcess(one, 0)));
  }
  removeScratch(layout);
}

function signal(layout: RehearsalLayout, names: readonly string[], name: NodeJS.Signals): void {
  const running = clusterProcesses(layout);
  for (const { pid } of names.flatMap((one) => running.get(one) ?? [])) {
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended meanwhile.
    }
  }
}
