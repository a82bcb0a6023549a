import { join } from "node:path";

/**
 * Where the lane keeps what it gives the machine: with driver none there is one cluster on it, so
 * there is one such place, and a run that was killed is cleaned up by the next.
 */
const root = "/var/lib/timonier-minikube";

/** Paths of the lane. */
export const layout = {
  root,
  /** For PATH: the programs that minikube calls. */
  bin: join(root, "bin"),
  /** MINIKUBE_HOME */
  home: join(root, "home"),
  /** containerd's own data. */
  containerd: join(root, "containerd"),
  containerdLog: join(root, "containerd.log"),
  containerdPid: join(root, "containerd.pid"),
  containerdConfig: "/etc/containerd/config.toml",
  /** The machine's own configuration of containerd, put back in the end. */
  keptConfig: join(root, "config.toml"),
  socket: "/run/containerd/containerd.sock",
} as const;

/** What the programs of the lane get on top of the environment: minikube takes its settings from there. */
export function laneEnvironment(path = process.env.PATH ?? ""): Record<string, string> {
  return {
    PATH: `${layout.bin}:${path}`,
    MINIKUBE_HOME: layout.home,
    // Nothing is pulled: images and binaries are there.
    MINIKUBE_PRELOAD: "false",
    MINIKUBE_CACHE_IMAGES: "false",
    // As root, and with less of systemd than minikube expects.
    MINIKUBE_FORCE: "true",
    CONTAINER_RUNTIME_ENDPOINT: `unix://${layout.socket}`,
  };
}
