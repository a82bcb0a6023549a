import type { Duration } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { defined } from "./defined.js";
import { absolutePath, nested, optional, wholeNumber, wholeSeconds } from "./validation.js";

/** When a container is probed, and how often it may fail. */
export interface ProbeTiming {
  /** @default none */
  readonly initialDelay?: Duration;
  /** @default ten seconds, from Kubernetes */
  readonly period?: Duration;
  /** Longest time for an answer. @default one second, from Kubernetes */
  readonly timeout?: Duration;
  /** Failures in a row that count. @default three, from Kubernetes */
  readonly failureThreshold?: number;
}

/** A GET request on the port of a web service; a status from 200 to 399 is a success. */
export interface HttpProbe extends ProbeTiming {
  readonly path?: string;
}

/** A GET request on the port that is named `http`. */
export function httpProbe({ path, ...timing }: HttpProbe): k8s.Probe {
  return { httpGet: { path: path ?? "/", port: k8s.IntOrString.fromString("http") }, ...renderTiming(timing) };
}

/** A connection to a port by its name. */
export function tcpProbe(port: string, timing: ProbeTiming): k8s.Probe {
  return { tcpSocket: { port: k8s.IntOrString.fromString(port) }, ...renderTiming(timing) };
}

function renderTiming({ initialDelay, period, timeout, failureThreshold }: ProbeTiming): Partial<k8s.Probe> {
  return defined<Partial<k8s.Probe>>({
    initialDelaySeconds: initialDelay?.toSeconds(),
    periodSeconds: period?.toSeconds(),
    timeoutSeconds: timeout?.toSeconds(),
    failureThreshold,
  });
}

/** The validation errors of a probe that may also be switched off with `false`. */
export function probeErrors(field: string, probe: HttpProbe | false | undefined): string[] {
  if (probe === undefined || probe === false) return [];
  const atLeastOne = (path: string, value: unknown) => wholeSeconds(path, value, 1);
  return nested(field, probe, ({ path, initialDelay, period, timeout, failureThreshold }) => [
    ...optional(absolutePath, `${field}.path`, path),
    ...optional(wholeSeconds, `${field}.initialDelay`, initialDelay),
    ...optional(atLeastOne, `${field}.period`, period),
    ...optional(atLeastOne, `${field}.timeout`, timeout),
    ...optional((one, value) => wholeNumber(one, value, 1), `${field}.failureThreshold`, failureThreshold),
  ]);
}
