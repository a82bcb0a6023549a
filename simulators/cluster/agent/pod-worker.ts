import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { knownImage } from "@timonier/control-plane/images";
import { ApiError } from "@timonier/kit/kube-api";
import type { AgentContext } from "./agent-context.js";
import { ContainerRunner } from "./container-runner.js";
import type { Container, ContainerStatus, Pod } from "./pod-objects.js";
import { podStatus, sameStatus } from "./pod-status.js";

/** Shortest time that kubelet gives a program to end. Milliseconds. */
const shortestGrace = 2_000;

/** Does kubelet's work for one pod: runs its containers, writes its status, ends it. */
export class PodWorker {
  readonly runners: readonly ContainerRunner[];
  readonly #containers: readonly Container[];
  readonly #folder: string;
  #terminating: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #dirty = false;
  #gone = false;

  constructor(
    private readonly context: AgentContext,
    private pod: Pod,
    readonly podIP: string,
  ) {
    this.#folder = join(context.layout.pods, pod.metadata.uid);
    this.#containers = pod.spec.containers;
    const known = { ...pod, status: { ...pod.status, podIP } };
    this.runners = pod.spec.containers.flatMap((container) => {
      const image = knownImage(container.image);
      if (!image) return [];
      const subject = { pod: known, container, image, podFolder: this.#folder };
      return [new ContainerRunner(context, subject, () => this.#changed())];
    });
  }

  get metadata() {
    return this.pod.metadata;
  }

  get ready(): boolean {
    return !this.#terminating && this.runners.every(({ ready }) => ready);
  }

  /** Processes of its containers. */
  pids(): number[] {
    return this.runners.flatMap(({ pid }) => pid ?? []);
  }

  /** Adopts running programs and starts the others; starts no process before it returns. */
  start(): void {
    const over = this.pod.status?.phase === "Succeeded" || this.pod.status?.phase === "Failed";
    const leaving = over || this.pod.metadata.deletionTimestamp !== undefined;
    for (const runner of this.runners) {
      if (leaving) runner.takeOver();
      else runner.start();
    }
    this.update(this.pod);
  }

  /** Waits until what is known now has been written to the API server. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  update(pod: Pod): void {
    // An answer to a write may come after a newer event of the watch.
    if (versionOf(pod) < versionOf(this.pod)) return;
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#terminating ??= this.#terminate().catch((error) => this.#log(error));
    } else if (this.#isOverwritten()) this.#changed();
  }

  /**
   * Whether the pod has other conditions than its containers justify. The node life-cycle
   * controller sets `Ready` to False while the node is silent (the machine slept, its servers were
   * killed) and never sets it back: that is kubelet's work.
   */
  #isOverwritten(): boolean {
    const now = new Date().toISOString();
    const wanted = podStatus(this.pod, this.#statuses(now), this.podIP, now).conditions ?? [];
    return wanted.some(({ type, status }) =>
      this.pod.status?.conditions?.some((one) => one.type === type && one.status !== status),
    );
  }

  /** Called when the pod was deleted, by force or because the agent removed it. */
  async remove(): Promise<void> {
    this.#gone = true;
    await Promise.all(this.runners.map((runner) => runner.stop(shortestGrace)));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #terminate(): Promise<void> {
    const seconds = this.pod.metadata.deletionGracePeriodSeconds ?? this.pod.spec.terminationGracePeriodSeconds ?? 30;
    const grace = Math.max(seconds * 1_000, shortestGrace);
    await Promise.all(this.runners.map((runner) => runner.stop(grace)));
    await this.#writing;
    const { namespace, name, uid } = this.pod.metadata;
    for (let tries = 0; !this.#gone; tries++) {
      try {
        const body = { gracePeriodSeconds: 0, preconditions: { uid } };
        await this.context.api.call({ method: "DELETE", path: `/api/v1/namespaces/${namespace}/pods/${name}`, body });
        return;
      } catch (error) {
        if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
        this.#log(error);
        await sleep(Math.min(500 * 2 ** tries, 10_000));
      }
    }
  }

  #changed(): void {
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Writes the newest state; only one write runs at a time. */
  async #write(): Promise<void> {
    for (let tries = 0; this.#dirty && !this.#gone; ) {
      this.#dirty = false;
      try {
        await this.#writeOnce();
        tries = 0;
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return;
        // A persistent conflict means that another pod has this name now.
        if (error instanceof ApiError && error.code === 409 && tries >= 4) return;
        this.#log(error);
        this.#dirty = true;
        await sleep(Math.min(200 * 2 ** tries++, 5_000));
      }
    }
  }

  async #writeOnce(): Promise<void> {
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const status = podStatus(this.pod, this.#statuses(now), this.podIP, now);
    if (sameStatus(this.pod.status, status)) return;
    const { namespace, name, uid } = this.pod.metadata;
    const written = await this.context.api.call<Pod>({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
      body: { metadata: { uid }, status },
    });
    this.update(written);
  }

  #statuses(now: string): ContainerStatus[] {
    return this.#containers.map((container) => {
      const runner = this.runners.find((one) => one.container === container);
      return runner?.status() ?? simulated(container, this.pod, now);
    });
  }

  #log(error: unknown): void {
    this.context.log(`${this.pod.metadata.namespace}/${this.pod.metadata.name}: ${String(error)}`);
  }
}

/**
 * Versions of one object can be compared.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
function versionOf({ metadata }: Pod): bigint {
  return BigInt(metadata.resourceVersion ?? 0);
}

/**
 * Status of a container without a program, beside one with a program: it counts as running, as
 * kwok's containers do.
 */
function simulated({ name, image }: Container, pod: Pod, now: string): ContainerStatus {
  const startedAt = pod.status?.startTime ?? now;
  return {
    name,
    image,
    imageID: "",
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt } },
    lastState: {},
  };
}
