import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { processesOf } from "@timonier/control-plane/processes";
import { endProcess, type ProcessIdentity } from "@timonier/kit/daemon";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { removeScratch } from "./scratch.js";

/** Every process of the throwaway control plane by its program's name, those first that others need. */
const order = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kwok-controller",
  "source-controller",
  "kustomize-controller",
  "helm-controller",
] as const;

/** What stores the objects; all others only change them. */
const servers: ReadonlySet<string> = new Set(["etcd", "kube-apiserver"]);

/** Names of what has to run. */
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

/** Halts every process where it is: an idle control plane changes nothing, costs no time, and what it holds can be copied. */
export function freeze(layout: RehearsalLayout): void {
  signal(layout, [...order].reverse(), "SIGSTOP");
}

/** Halts all but etcd, which then can be read while nothing changes. */
export function freezeWriters(layout: RehearsalLayout): void {
  signal(
    layout,
    [...order].reverse().filter((name) => name !== "etcd"),
    "SIGSTOP",
  );
}

/** Lets them go on. */
export function thaw(layout: RehearsalLayout): void {
  signal(layout, order, "SIGCONT");
}

/** Whether all of them are halted. */
export function isFrozen(layout: RehearsalLayout): boolean {
  const running = [...clusterProcesses(layout).values()].flat();
  return running.length > 0 && running.every(({ pid }) => /\) T/.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
}

/** Ends them at once; what etcd wrote is kept, as after a kill. */
export async function killCluster(layout: RehearsalLayout): Promise<void> {
  await kill(layout, order);
}

/** Ends all but etcd and the API server at once. */
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
      // It ended meanwhile: whoever needs it finds out.
    }
  }
}
