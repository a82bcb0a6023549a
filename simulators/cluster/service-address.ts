import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type ClusterLayout, clusterLayout } from "@timonier/control-plane/layout";
import { HostPorts, readPorts, serviceKey } from "./agent/host-ports.js";

/** Service that receives webhooks for Flux. */
export const webhookReceiver = { namespace: "flux-system", name: "webhook-receiver" } as const;

/** Assigns the address of Flux's webhook receiver before it exists, because GitLab's webhook is created earlier. */
export async function reserveReceiver(layout: ClusterLayout, taken: Iterable<number>): Promise<void> {
  mkdirSync(layout.agent, { recursive: true, mode: 0o700 });
  await new HostPorts(layout.servicePorts, taken).ofService(webhookReceiver.namespace, webhookReceiver.name, 80);
}

/**
 * Address on this machine of a Service whose pods have programs here, such as Flux's webhook
 * receiver. It stays the same until the cluster is removed.
 *
 * @param port the Service's own port @default 80
 * @returns `http://127.0.0.1:PORT`, or undefined as long as the cluster has had no such Service
 */
export function serviceAddress(dir: string, namespace: string, name: string, port = 80): string | undefined {
  const found = readPorts(clusterLayout(resolve(dir)).servicePorts)[serviceKey(namespace, name, port)];
  return found === undefined ? undefined : `http://127.0.0.1:${found}`;
}
