import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endProcess } from "@timonier/kit/daemon";
import type { AgentContext } from "./agent-context.js";
import { countedRestarts, restartDelay } from "./backoff.js";
import { adoptProgram, type ContainerProcess, type Exit, logTail, startProgram } from "./container-process.js";
import {
  type ContainerFiles,
  type ContainerRecord,
  containerFiles,
  readContainerRecord,
  writeContainerRecord,
} from "./container-record.js";
import { type PodContainer, prepareLaunch } from "./launch.js";
import { keepCredentials, renewToken } from "./pod-credentials.js";
import type { Container, ContainerState, ContainerStatus, Pod, Probe } from "./pod-objects.js";
import { runProbe } from "./probes.js";

/** Runs one container of a pod as a program of this machine, until the pod is deleted. */
export class ContainerRunner {
  readonly files: ContainerFiles;
  #record: ContainerRecord;
  #state: ContainerState = { waiting: { reason: "ContainerCreating" } };
  #process: ContainerProcess | undefined;
  #ready = false;
  #kubeconfig: Promise<string> | undefined;
  readonly #stop = new AbortController();
  #finished: Promise<void> = Promise.resolve();

  /** @param changed called after each change of its status */
  constructor(
    private readonly context: AgentContext,
    private readonly subject: PodContainer,
    private readonly changed: () => void,
  ) {
    this.files = containerFiles(subject.podFolder, subject.container.name);
    this.#record = readContainerRecord(this.files);
  }

  get container(): Container {
    return this.subject.container;
  }

  get #pod(): Pod {
    return this.subject.pod;
  }

  /** Host's port by container's port. */
  get ports(): Readonly<Record<string, number>> {
    return this.#record.ports;
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Its process while it runs. */
  get pid(): number | undefined {
    return this.#process?.identity.pid;
  }

  status(): ContainerStatus {
    const { image } = this.container;
    return {
      name: this.container.name,
      image,
      imageID: `timonier://${this.subject.image.tool}`,
      ...(this.#process && { containerID: `timonier://${this.#pod.metadata.uid}/${this.#process.identity.pid}` }),
      ready: this.#ready,
      started: this.#state.running !== undefined,
      restartCount: this.#record.restartCount,
      state: this.#state,
      lastState: this.#record.lastState,
    };
  }

  /** Adopts the program that an earlier agent started, or starts it; returns at once. */
  start(): void {
    const kept = this.#record.process;
    const adopted = kept && adoptProgram(kept);
    if (adopted) {
      this.#running(adopted, this.#record.startedAt ?? new Date().toISOString());
      void renewToken(this.context, this.#pod, { folder: this.#credentialsFolder, signal: this.#stop.signal });
    } else if (kept) this.#ended({ exitCode: 255 }, this.#record.startedAt ?? new Date().toISOString());
    this.#finished = this.#live(adopted).catch((error) => this.context.log(`${this.files.folder}: ${String(error)}`));
  }

  /** Adopts the program of a pod that is being deleted, only to end it. */
  takeOver(): void {
    const adopted = this.#record.process && adoptProgram(this.#record.process);
    if (!adopted) return;
    const startedAt = this.#record.startedAt ?? new Date().toISOString();
    this.#running(adopted, startedAt);
    this.#finished = adopted.exited.then((exit) => {
      this.#process = undefined;
      this.#ended(exit, startedAt, false);
    });
  }

  /** Ends the program. @param grace milliseconds between SIGTERM and SIGKILL */
  async stop(grace: number): Promise<void> {
    this.#stop.abort();
    if (this.#process) await endProcess(this.#process.identity, grace);
    await this.#finished;
    this.context.ports.release(Object.values(this.#record.ports));
  }

  async #live(adopted: ContainerProcess | undefined): Promise<void> {
    const signal = this.#stop.signal;
    for (let process_ = adopted; ; process_ = undefined) {
      process_ ??= await this.#launch();
      if (!process_) return;
      const startedAt = this.#record.startedAt ?? new Date().toISOString();
      const watching = new AbortController();
      this.#probe(process_, AbortSignal.any([signal, watching.signal]));
      const exit = await process_.exited;
      watching.abort();
      this.#process = undefined;
      const again = !signal.aborted && this.#restarts(exit);
      this.#ended(exit, startedAt, again);
      if (!again) return;
      await this.#backOff();
    }
  }

  /** Starts the program, trying again as long as something that it needs is missing. */
  async #launch(): Promise<ContainerProcess | undefined> {
    const signal = this.#stop.signal;
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        const { context, subject } = this;
        const { ports, spec } = await prepareLaunch(context, subject, this.#record.ports, () => this.#credentials());
        if (signal.aborted) return undefined;
        this.#keep({ ports });
        const started = await startProgram(spec, subject.image.tool, this.files);
        const startedAt = new Date().toISOString();
        this.#keep({ process: started.identity, startedAt });
        this.#running(started, startedAt);
        if (signal.aborted) void endProcess(started.identity);
        return started;
      } catch (error) {
        const reason = error instanceof Error ? error.name : "Error";
        const message = error instanceof Error ? error.message : String(error);
        const known = reason === "ErrImagePull" || reason === "CreateContainerConfigError";
        if (!known && tries === 0) this.context.log(`${this.files.folder}: ${message}`);
        this.#become({ waiting: { reason: known ? reason : "CreateContainerError", message } });
        await sleep(Math.min(1_000 * 2 ** tries, 15_000), undefined, { signal }).catch(() => {});
      }
    }
    return undefined;
  }

  async #backOff(): Promise<void> {
    const delay = restartDelay(this.#record.backoff - 1);
    if (delay === 0) return;
    const { name, namespace, uid } = this.#pod.metadata;
    const message = `back-off ${delay / 1_000}s restarting failed container=${this.container.name} pod=${name}_${namespace}(${uid})`;
    this.#become({ waiting: { reason: "CrashLoopBackOff", message } });
    await sleep(delay, undefined, { signal: this.#stop.signal }).catch(() => {});
  }

  get #credentialsFolder(): string {
    return join(this.subject.podFolder, "credentials");
  }

  #credentials(): Promise<string> {
    this.#kubeconfig ??= keepCredentials(this.context, this.#pod, this.#credentialsFolder, this.#stop.signal).catch(
      (error) => {
        this.#kubeconfig = undefined;
        throw error;
      },
    );
    return this.#kubeconfig;
  }

  #restarts(exit: Exit): boolean {
    const policy = this.#pod.spec.restartPolicy ?? "Always";
    return policy === "Always" || (policy === "OnFailure" && exit.exitCode !== 0);
  }

  #probe(process_: ContainerProcess, signal: AbortSignal): void {
    const { readinessProbe, livenessProbe } = this.container;
    const port = (wanted: number | string) => {
      const named = this.container.ports?.find(({ name }) => name === wanted)?.containerPort;
      return this.#record.ports[typeof wanted === "number" ? wanted : (named ?? Number(wanted))];
    };
    const run = (kind: "readiness" | "liveness", probe: Probe, report: (healthy: boolean) => void) =>
      void runProbe(kind, probe, { port, report, signal });
    if (readinessProbe) run("readiness", readinessProbe, (healthy) => this.#becomeReady(healthy));
    else this.#becomeReady(true);
    if (!livenessProbe) return;
    run("liveness", livenessProbe, (healthy) => {
      if (healthy) return;
      this.context.log(`${this.files.folder}: failed its liveness probe`);
      void endProcess(process_.identity, (this.#pod.spec.terminationGracePeriodSeconds ?? 30) * 1_000);
    });
  }

  #running(process_: ContainerProcess, startedAt: string): void {
    this.#process = process_;
    this.#become({ running: { startedAt: seconds(startedAt) } });
  }

  #ended(exit: Exit, startedAt: string, again = true): void {
    const terminated = {
      ...exit,
      reason: exit.exitCode === 0 ? "Completed" : exit.exitCode === 255 ? "ContainerStatusUnknown" : "Error",
      ...(exit.exitCode !== 0 && { message: logTail(this.files.log) }),
      startedAt: seconds(startedAt),
      finishedAt: seconds(new Date().toISOString()),
    };
    const { process: _gone, ...rest } = this.#record;
    this.#record = rest;
    if (!again) {
      this.#keep({});
      this.#become({ terminated });
      return;
    }
    const ranFor = Date.now() - Date.parse(startedAt);
    const { restartCount, backoff } = this.#record;
    this.#keep({
      restartCount: restartCount + 1,
      backoff: countedRestarts(backoff, ranFor) + 1,
      lastState: { terminated },
    });
    this.#become({ waiting: { reason: "ContainerCreating" } });
  }

  #become(state: ContainerState): void {
    this.#state = state;
    if (!state.running) this.#ready = false;
    this.changed();
  }

  #becomeReady(ready: boolean): void {
    if (this.#ready === ready || !this.#state.running) return;
    this.#ready = ready;
    this.changed();
  }

  #keep(part: Partial<ContainerRecord>): void {
    this.#record = { ...this.#record, ...part };
    writeContainerRecord(this.files, this.#record);
  }
}

/** The API keeps whole seconds. */
function seconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
