import { connect } from "node:net";
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type { Severity } from "./plugin.js";

const severities = { debug: 0, info: 1, warning: 2, error: 3 } as const;

/** Milliseconds between two checks that the engine still runs, and longest wait for its answer. */
const LOOK_INTERVAL = 15_000;

/** Longest time to send one log line, in milliseconds. */
const LOG_TIMEOUT = 5_000;

/** The engine that started this plugin; it receives the log. */
export class Engine {
  readonly #client: InstanceType<typeof engineService.EngineClient> | undefined;
  readonly #unsent = new Set<Promise<void>>();

  /** @param address host and port; without one, nothing is logged */
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

  /** Waits until every line logged so far has arrived: the engine ignores lines after the answer. */
  async flush(): Promise<void> {
    await Promise.all(this.#unsent);
  }

  /** Calls `gone` when the engine's port no longer answers, because a killed engine cannot end its plugins. */
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
