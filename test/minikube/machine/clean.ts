import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Progress } from "../../../packages/kit/progress.js";
import { laneEnvironment, layout } from "./layout.js";
import { endLaneProcesses } from "./processes.js";

/** What a node keeps outside of its own folders; none of it is there before, or the lane does not run (reason.ts). */
const folders = [
  ...[
    "/var/lib/kubelet",
    "/var/lib/minikube",
    "/etc/kubernetes",
    "/var/lib/etcd",
    "/var/log/pods",
    "/var/log/containers",
  ],
  ...["/etc/cni/net.d", "/var/lib/cni", "/opt/cni/bin", "/run/containerd", "/etc/init.d/kubelet", "/etc/crictl.yaml"],
  ...["/lib/systemd/system/kubelet.service", "/etc/systemd/system/kubelet.service.d", "/var/run/kubelet.pid"],
];

const quiet = { reject: false, stdin: "ignore", timeout: 180_000 } as const;

/**
 * Takes a cluster away from this machine, from whatever state a run left it in, and all that the
 * lane gave the machine.
 */
export async function cleanMachine(progress: Progress, minikube?: string): Promise<void> {
  if (!existsSync(layout.root)) return;
  progress("cleaning the machine of the lane's cluster");
  const env = laneEnvironment();
  if (minikube && existsSync(join(layout.home, ".minikube", "profiles", "minikube"))) {
    await execa(minikube, ["delete", "--profile=minikube"], { ...quiet, env });
  }
  await execa(join(layout.bin, "crictl"), ["rmp", "--all", "--force"], { ...quiet, env, timeout: 60_000 });
  await endLaneProcesses();
  await unmountAll();
  await execa("ip", ["link", "delete", "bridge"], quiet);
  for (const program of ["iptables", "ip6tables"]) await dropChains(program);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  // Not a package's: only the lane's plugins were in it.
  await rmdir("/opt/cni").catch(() => {});
  if (existsSync(layout.keptConfig)) await rename(layout.keptConfig, layout.containerdConfig);
  else await rm(layout.containerdConfig, { force: true });
  for (const hierarchy of listed("/sys/fs/cgroup")) await removeGroups(join("/sys/fs/cgroup", hierarchy, "kubepods"));
  await rm(layout.root, { recursive: true, force: true, maxRetries: 5 });
}

/** Mounts of the lane's pods and containers, innermost first. */
export function laneMounts(): string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) =>
      /^\/(var\/lib\/kubelet|run\/containerd\/|run\/netns\/cni-|var\/lib\/timonier-minikube)/.test(path),
    )
    .reverse();
}

/** Chains of kube-proxy and of the network plugins. */
export async function laneChains(): Promise<string[]> {
  const { stdout } = await execa("iptables-save", [], quiet);
  return [...stdout.matchAll(/^:((?:KUBE|CNI)-\S+)/gm)].flatMap(([, name]) => name ?? []);
}

async function unmountAll(): Promise<void> {
  for (const path of laneMounts()) await execa("umount", ["--lazy", path], quiet);
  for (const name of listed("/run/netns").filter((one) => one.startsWith("cni-"))) {
    await rm(join("/run/netns", name), { force: true });
  }
}

/** Saves the rules, and restores them without those of the lane: everybody else's stay. */
async function dropChains(program: string): Promise<void> {
  const { stdout, failed } = await execa(`${program}-save`, [], quiet);
  if (failed || !/(KUBE|CNI)-/.test(stdout)) return;
  const kept = stdout.split("\n").filter((line) => !/\b(KUBE|CNI)-/.test(line));
  await execa(`${program}-restore`, [], { ...quiet, stdin: "pipe", input: `${kept.join("\n")}\n` });
}

async function removeGroups(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder, { withFileTypes: true })) {
    if (name.isDirectory()) await removeGroups(join(folder, name.name));
  }
  await rmdir(folder).catch(() => {});
}

function listed(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
