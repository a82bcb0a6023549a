import { get as httpGet } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "./pod-objects.js";

/** Where a probe's port is on this machine; undefined for a port that the program does not listen on. */
export type ProbePort = (port: number | string) => number | undefined;

/**
 * Milliseconds between two checks until a container is ready for the first time, so that `up` need
 * not wait a whole period.
 */
const eager = 200;

/** How a probe reaches its program, and who learns of its results. */
export interface ProbeRun {
  readonly port: ProbePort;
  /** Called with true after one success, and with false after as many failures in a row as the probe's threshold. */
  readonly report: (healthy: boolean) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs a probe periodically until the signal.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export async function runProbe(
  kind: "readiness" | "liveness",
  probe: Probe,
  { port, report, signal }: ProbeRun,
): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
  const period = (probe.periodSeconds ?? 10) * 1_000;
  let everHealthy = false;
  let failures = 0;
  await pause((probe.initialDelaySeconds ?? 0) * 1_000);
  while (!signal.aborted) {
    const healthy = await ask(probe, port);
    if (signal.aborted) return;
    failures = healthy ? 0 : failures + 1;
    everHealthy ||= healthy;
    if (healthy) report(true);
    else if (failures >= (probe.failureThreshold ?? 3)) report(false);
    await pause(kind === "readiness" && !everHealthy ? Math.min(eager, period) : period);
  }
}

/** Runs the probe once; probes that need a container (exec, gRPC) always succeed. */
async function ask(probe: Probe, port: ProbePort): Promise<boolean> {
  const timeout = (probe.timeoutSeconds ?? 1) * 1_000;
  const wanted = probe.httpGet?.port ?? probe.tcpSocket?.port;
  if (wanted === undefined) return true;
  const at = port(wanted);
  if (at === undefined) return false;
  return probe.httpGet ? await askHttp(at, probe.httpGet.path ?? "/", timeout) : await askTcp(at, timeout);
}

function askHttp(port: number, path: string, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = httpGet(
      { host: "127.0.0.1", port, path, agent: false, signal: AbortSignal.timeout(timeout) },
      (answer) => {
        answer.resume();
        const code = answer.statusCode ?? 0;
        resolve(code >= 200 && code < 400);
      },
    );
    asked.on("error", () => resolve(false));
  });
}

function askTcp(port: number, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout });
    const done = (healthy: boolean) => {
      socket.destroy();
      resolve(healthy);
    };
    socket.on("connect", () => done(true));
    socket.on("timeout", () => done(false));
    socket.on("error", () => done(false));
  });
}
