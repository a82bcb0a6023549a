import { connect } from "node:net";
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./plugin.js";

const severities = { debug: 0, info: 1, warning: 2, error: 3 } as const;

/** Time between two looks whether the engine still lives, and the longest wait for an answer, in milliseconds. */
const LOOK_INTERVAL = 15_000;

/** Longest time to hand over one line, in milliseconds: nothing waits for what is only said. */
const LOG_TIMEOUT = 5_000;

/** The engine that started this plugin: it is told what goes on. */
export class Engine {
  readonly #client: InstanceType<typeof engineService.EngineClient> | undefined;
  readonly #unsent = new Set<Promise<void>>();

  /** @param address host and port; without one, nothing is said to anybody */
  constructor(readonly address: string | undefined) {
    this.#client = address ? new engineService.EngineClient(address, grpc.credentials.createInsecure()) : undefined;
  }

  log(severity: Severity, message: string, urn: string, ephemeral: boolean): void {
    if (!this.#client) return;
    const request = new engineMessages.LogRequest()
      .setSeverity(severities[severity])
      .setMessage(message)
      .setUrn(urn)
      .setEphemeral(ephemeral);
    const deadline = { deadline: Date.now() + LOG_TIMEOUT };
    const sent = new Promise<void>((resolve) => {
      this.#client?.log(request, new grpc.Metadata(), deadline, () => resolve());
    });
    this.#unsent.add(sent);
    void sent.then(() => this.#unsent.delete(sent));
  }

  /** Returns when everything said so far has arrived: a line after the answer would be lost. */
  async flush(): Promise<void> {
    await Promise.all(this.#unsent);
  }

  /** Calls `gone` when the engine's port no longer answers: an engine that was killed ends nobody. */
  watch(gone: () => void): void {
    const [, host, port] = this.address?.match(/^(.*):(\d+)$/) ?? [];
    if (!host || !port) return;
    const look = setInterval(() => {
      const socket = connect({ host, port: Number(port), timeout: LOOK_INTERVAL });
      socket.once("connect", () => socket.destroy());
      socket.once("timeout", () => socket.destroy());
      socket.once("error", () => {
        clearInterval(look);
        gone();
      });
    }, LOOK_INTERVAL);
    look.unref();
  }

  close(): void {
    this.#client?.close();
  }
}
