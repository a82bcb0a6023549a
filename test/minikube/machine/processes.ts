import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Programs of a node, of its containers' shims included, by what they are started with. */
const ofTheLane = [
  /^\/var\/lib\/minikube\//,
  /^containerd$/,
  /^\/usr\/bin\/containerd$/,
  /containerd-shim-runc-v2 .*-namespace k8s\.io/,
  /^\/bin\/bash \/var\/lib\/minikube\/openrc-restart-wrapper\.sh/,
];

/** Ids of what still runs of a cluster on this machine, containers' own processes included. */
export function laneProcesses(): { readonly pid: number; readonly command: string }[] {
  const mine = new Set(["mnt:", readNamespace("self")]);
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
      const cgroup = read(`/proc/${pid}/cgroup`);
      const contained = /kubepods/.test(cgroup) && !mine.has(readNamespace(pid));
      return contained || ofTheLane.some((one) => one.test(command)) ? [{ pid: Number(pid), command }] : [];
    });
}

/** Ends them all. */
export async function endLaneProcesses(): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL", "SIGKILL"] as const) {
    for (const { pid } of laneProcesses()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has just ended.
      }
    }
    for (let looked = 0; looked < 20 && laneProcesses().length > 0; looked++) await sleep(250);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function readNamespace(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return "";
  }
}
