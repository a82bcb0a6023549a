import { readFileSync } from "node:fs";
import { freePort, isFree } from "@timonier/control-plane/ports";
import writeFileAtomic from "write-file-atomic";

/** Assigns ports of 127.0.0.1. Those of Services are stored on disk, so that they never change. */
export class HostPorts {
  readonly #services: Map<string, number>;
  readonly #taken: Set<number>;

  constructor(
    private readonly file: string,
    reserved: Iterable<number>,
  ) {
    this.#services = new Map(Object.entries(readPorts(file)));
    this.#taken = new Set([...reserved, ...this.#services.values()]);
  }

  /** Port that stands for a Service's port, even before the Service exists. */
  async ofService(namespace: string, name: string, port: number): Promise<number> {
    const key = serviceKey(namespace, name, port);
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const chosen = await this.#choose();
    this.#services.set(key, chosen);
    writeFileAtomic.sync(this.file, JSON.stringify(Object.fromEntries(this.#services), undefined, 2), { mode: 0o600 });
    return chosen;
  }

  /** A port for a container's port: the one it had, unless another process listens there now. */
  async ofContainer(before: number | undefined): Promise<number> {
    if (before !== undefined && (await isFree(before))) {
      this.#taken.add(before);
      return before;
    }
    return await this.#choose();
  }

  /** Makes ports available to other containers. */
  release(ports: Iterable<number>): void {
    for (const port of ports) this.#taken.delete(port);
  }

  async #choose(): Promise<number> {
    for (;;) {
      const port = await freePort(this.#taken);
      // Two concurrent callers may have found the same port.
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      return port;
    }
  }
}

/** Key of a Service's port in the kept file. */
export function serviceKey(namespace: string, name: string, port: number): string {
  return `${namespace}/${name}:${port}`;
}

/** Ports of Services by key; none while there is no file. */
export function readPorts(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
  } catch {
    return {};
  }
}
