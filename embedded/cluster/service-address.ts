import { resolve } from "node:path";
import { readPorts, serviceKey } from "./agent/host-ports.js";
import { clusterLayout } from "./layout.js";

/**
 * Address on this machine of a Service whose pods have programs here: Flux's webhook receiver, for one. It never changes while the
 * cluster is not removed.
 *
 * @param port the Service's own port @default 80
 * @returns `http://127.0.0.1:PORT`, or undefined as long as the cluster has had no such Service
 */
export function serviceAddress(dir: string, namespace: string, name: string, port = 80): string | undefined {
  const found = readPorts(clusterLayout(resolve(dir)).servicePorts)[serviceKey(namespace, name, port)];
  return found === undefined ? undefined : `http://127.0.0.1:${found}`;
}
