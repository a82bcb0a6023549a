import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { knownImage } from "@timonier/control-plane/images";
import { type ClusterLayout, clusterName } from "@timonier/control-plane/layout";
import { processesOf } from "@timonier/control-plane/processes";
import { endProcess, type ProcessIdentity } from "@timonier/kit/daemon";
import type { KubeApi } from "@timonier/kit/kube-api";
import { watchList } from "@timonier/kit/kube-watch";
import writeFileAtomic from "write-file-atomic";
import type { AgentConfig } from "../agent-process.js";
import type { AgentContext } from "./agent-context.js";
import type { ContainerFiles } from "./container-record.js";
import { HostPorts } from "./host-ports.js";
import type { Pod, Service } from "./pod-objects.js";
import { PodWorker } from "./pod-worker.js";
import { ServiceProxies } from "./service-proxies.js";

/** The kubelet and the kube-proxy of those pods of the embedded node whose images have a program on this machine. */
export class RuntimeAgent {
  readonly #workers = new Map<string, PodWorker>();
  readonly #context: AgentContext;
  readonly #proxies: ServiceProxies;
  #listed = false;

  constructor(
    private readonly api: KubeApi,
    private readonly layout: ClusterLayout,
    config: AgentConfig,
    private readonly log: (line: string) => void,
  ) {
    this.#context = {
      api,
      layout,
      tools: config.tools,
      log,
      ports: new HostPorts(layout.servicePorts, config.reservedPorts),
    };
    this.#proxies = new ServiceProxies(this.#context, () => this.#workers.values());
  }

  /** Watches until the process ends. */
  start(): void {
    mkdirSync(this.layout.pods, { recursive: true, mode: 0o700 });
    const forever = new AbortController().signal;
    const mine = { fieldSelector: `spec.nodeName=${clusterName}` };
    const options = { signal: forever, log: this.log };
    void watchList<Service>(this.api, { path: "/api/v1/services" }, this.#proxies, options);
    void watchList<Pod>(
      this.api,
      { path: "/api/v1/pods", query: mine },
      {
        replace: (pods) => this.#replace(pods),
        upsert: (pod) => this.#upsert(pod),
        remove: (pod) => this.#remove(pod.metadata.uid),
      },
      options,
    );
  }

  /** Files of a container that has a program. */
  files(namespace: string, pod: string, container: string): ContainerFiles | undefined {
    const worker = [...this.#workers.values()].find(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === pod,
    );
    return worker?.runners.find((runner) => runner.container.name === container)?.files;
  }

  #replace(pods: readonly Pod[]): void {
    const uids = new Set(pods.map(({ metadata }) => metadata.uid));
    for (const uid of [...this.#workers.keys()]) if (!uids.has(uid)) this.#remove(uid);
    for (const pod of pods) this.#upsert(pod);
    if (this.#listed) return;
    this.#listed = true;
    // Before any new program is started, every running program that was not adopted is a stray.
    void this.#ready(this.#strays());
  }

  async #ready(strays: readonly ProcessIdentity[]): Promise<void> {
    await Promise.all(strays.map((stray) => endProcess(stray, 5_000)));
    for (const uid of readdirSync(this.layout.pods)) {
      if (!this.#workers.has(uid)) rmSync(join(this.layout.pods, uid), { recursive: true, force: true });
    }
    await Promise.all([...this.#workers.values()].map((worker) => worker.settled()));
    writeFileAtomic.sync(this.layout.agentReady, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    this.log(`ready: ${this.#workers.size} pods`);
  }

  #upsert(pod: Pod): void {
    const { uid, name, namespace } = pod.metadata;
    const known = this.#workers.get(uid);
    if (known) {
      known.update(pod);
      return;
    }
    if (!pod.spec.containers.some(({ image }) => knownImage(image))) return;
    this.log(`${namespace}/${name}: starts`);
    const worker = new PodWorker(this.#context, pod, this.#podIP(pod));
    this.#workers.set(uid, worker);
    worker.start();
    void this.#proxies.sync();
  }

  #remove(uid: string): void {
    const worker = this.#workers.get(uid);
    if (!worker) return;
    this.log(`${worker.metadata.namespace}/${worker.metadata.name}: is gone`);
    this.#workers.delete(uid);
    void worker.remove().then(() => this.#proxies.sync());
  }

  /** The address that the pod has, or one of 10.244.128.0/17 that no other pod has. */
  #podIP(pod: Pod): string {
    if (pod.status?.podIP) return pod.status.podIP;
    const taken = new Set([...this.#workers.values()].map(({ podIP }) => podIP));
    for (let number = 1; ; number++) {
      const address = `10.244.${128 + Math.floor(number / 254)}.${1 + (number % 254)}`;
      if (!taken.has(address)) return address;
    }
  }

  /** Programs of pods that were deleted while no agent ran, and programs that were started but never recorded. */
  #strays(): ProcessIdentity[] {
    const kept = new Set([...this.#workers.values()].flatMap((worker) => worker.pids()));
    return processesOf(this.layout.pods)
      .map(({ identity }) => identity)
      .filter(({ pid }) => !kept.has(pid));
  }
}
