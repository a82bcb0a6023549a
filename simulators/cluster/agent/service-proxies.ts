import { connect, createServer, type Server, type Socket } from "node:net";
import type { AgentContext } from "./agent-context.js";
import { serviceKey } from "./host-ports.js";
import type { Service } from "./pod-objects.js";
import type { PodWorker } from "./pod-worker.js";

/**
 * Stands for kube-proxy: a stable port of 127.0.0.1 for each port of a Service that selects one of the agent's pods,
 * and behind it whichever of these pods is ready.
 */
export class ServiceProxies {
  readonly #services = new Map<string, Service>();
  readonly #servers = new Map<string, Server>();

  constructor(
    private readonly context: AgentContext,
    private readonly workers: () => Iterable<PodWorker>,
  ) {}

  replace(services: readonly Service[]): void {
    this.#services.clear();
    for (const service of services) this.#services.set(nameOf(service), service);
    void this.sync();
  }

  upsert(service: Service): void {
    this.#services.set(nameOf(service), service);
    void this.sync();
  }

  remove(service: Service): void {
    this.#services.delete(nameOf(service));
    void this.sync();
  }

  /** Opens and closes ports after a change of Services or pods. */
  async sync(): Promise<void> {
    const wanted = new Map<string, { service: Service; port: number }>();
    for (const service of this.#services.values()) {
      if (this.#selected(service).length === 0) continue;
      for (const { port, protocol } of service.spec.ports ?? []) {
        if ((protocol ?? "TCP") !== "TCP") continue;
        wanted.set(serviceKey(service.metadata.namespace, service.metadata.name, port), { service, port });
      }
    }
    for (const [key, server] of this.#servers) {
      if (wanted.has(key)) continue;
      server.close();
      this.#servers.delete(key);
    }
    for (const [key, { service, port }] of wanted) if (!this.#servers.has(key)) await this.#open(key, service, port);
  }

  async #open(key: string, service: Service, port: number): Promise<void> {
    const { namespace, name } = service.metadata;
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#forward(socket, key, port));
    this.#servers.set(key, server);
    server.on("error", (error) => {
      this.context.log(`service ${key}: ${String(error)}`);
      this.#servers.delete(key);
    });
    server.listen(await this.context.ports.ofService(namespace, name, port), "127.0.0.1");
  }

  #forward(socket: Socket, key: string, port: number): void {
    const target = this.#target(key.slice(0, key.lastIndexOf(":")), port);
    socket.on("error", () => {});
    if (target === undefined) {
      socket.destroy();
      return;
    }
    const upstream = connect({ host: "127.0.0.1", port: target, allowHalfOpen: true });
    const end = () => {
      socket.destroy();
      upstream.destroy();
    };
    upstream.on("error", end);
    socket.on("error", end);
    socket.pipe(upstream).pipe(socket);
  }

  #target(name: string, port: number): number | undefined {
    const service = this.#services.get(name);
    const wanted = service?.spec.ports?.find((one) => one.port === port);
    if (!service || !wanted) return undefined;
    for (const worker of this.#selected(service)) {
      if (!worker.ready) continue;
      const at = portOf(worker, wanted.targetPort ?? wanted.port);
      if (at !== undefined) return at;
    }
    return undefined;
  }

  #selected(service: Service): PodWorker[] {
    const selector = Object.entries(service.spec.selector ?? {});
    if (selector.length === 0) return [];
    return [...this.workers()].filter(
      ({ metadata }) =>
        metadata.namespace === service.metadata.namespace &&
        selector.every(([key, value]) => metadata.labels?.[key] === value),
    );
  }
}

function nameOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Host's port that stands for a Service's target port, by number or by name. */
function portOf(worker: PodWorker, target: number | string): number | undefined {
  for (const runner of worker.runners) {
    const named = runner.container.ports?.find(({ name }) => name === target)?.containerPort;
    const number = typeof target === "number" ? target : named;
    const port = number === undefined ? undefined : runner.ports[number];
    if (port !== undefined) return port;
  }
  return undefined;
}
