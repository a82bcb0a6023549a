import { existsSync, readdirSync } from "node:fs";
import { execa } from "execa";
import { layout } from "./layout.js";

/** What a machine with containers or a cluster of its own has: the lane would be in its way. */
const others = ["/etc/kubernetes", "/var/lib/kubelet", "/opt/cni/bin", "/etc/cni/net.d", "/var/lib/minikube"];
const sockets = [layout.socket, "/var/run/docker.sock", "/run/crio/crio.sock"];

/** Why the lane cannot run on this machine; undefined when it can, as far as is known before packages are asked for. */
export async function whyNotHere(): Promise<string | undefined> {
  if (process.platform !== "linux") return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "it needs root: driver none runs Kubernetes on the machine itself";
  for (const program of ["apt-get", "go", "gcc"]) {
    const { failed } = await execa(program, ["--version"], { reject: false, stdin: "ignore" });
    if (failed && program !== "go") return `it needs ${program}, which is not on PATH`;
    if (failed && (await execa("go", ["version"], { reject: false })).failed)
      return "it needs Go, which is not on PATH";
  }
  // What an earlier run of the lane left is cleaned up.
  if (existsSync(layout.root)) return undefined;
  const found = others.find((path) => existsSync(path) && readdirSync(path).length > 0);
  if (found !== undefined) return `this machine has a cluster of its own: ${found}`;
  const socket = sockets.find((path) => existsSync(path));
  return socket && `this machine runs containers of its own: ${socket}`;
}
