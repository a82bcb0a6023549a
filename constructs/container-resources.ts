import { k8s } from "cdk8s-plus-27";
import { invalid, matching, optional } from "./validation.js";

/** What a container may use: the scheduler reserves the requests, the node enforces the limits. */
export interface ContainerResources {
  /** Requested cores: `"100m"` is a tenth of one. @default "100m" */
  readonly cpu?: string;
  /** Requested memory. @default "128Mi" */
  readonly memory?: string;
  /** Upper limit of cores. @default none: a limit slows a container down although cores are idle */
  readonly cpuLimit?: string;
  /** Upper limit of memory; a container that exceeds it is ended. @default the requested memory */
  readonly memoryLimit?: string;
}

const defaults = { cpu: "100m", memory: "128Mi" };

/** The requests and limits of a container. */
export function renderResources(resources: ContainerResources): k8s.ResourceRequirements {
  const { cpu, memory, cpuLimit, memoryLimit } = { ...defaults, ...resources };
  return {
    requests: { cpu: quantity(cpu), memory: quantity(memory) },
    limits: { ...(cpuLimit !== undefined && { cpu: quantity(cpuLimit) }), memory: quantity(memoryLimit ?? memory) },
  };
}

const cores = /^(?=.*[1-9])(\d+(\.\d{1,3})?|\d+m)$/;
const bytes = /^(?=.*[1-9])\d+(\.\d+)?([kMGTP]|[KMGTP]i)?$/;

/** The validation errors of requests and limits. */
export function resourceErrors(field: string, resources: ContainerResources): string[] {
  const { cpu, memory, cpuLimit, memoryLimit } = { ...defaults, ...resources };
  return [
    ...amountOfCores(`${field}.cpu`, cpu),
    ...amountOfBytes(`${field}.memory`, memory),
    ...optional(amountOfCores, `${field}.cpuLimit`, cpuLimit),
    ...optional(amountOfBytes, `${field}.memoryLimit`, memoryLimit),
    ...lessThanRequested(`${field}.cpuLimit`, cpuLimit, cpu),
    ...lessThanRequested(`${field}.memoryLimit`, memoryLimit, memory),
  ];
}

/** An amount of memory or storage, more than zero. */
export function amountOfBytes(field: string, value: unknown): string[] {
  return matching(field, value, bytes, 'an amount of bytes such as "128Mi" or "1Gi"');
}

function amountOfCores(field: string, value: unknown): string[] {
  return matching(field, value, cores, 'an amount of cores such as "100m" or "0.5"');
}

function lessThanRequested(field: string, limit: string | undefined, request: string): string[] {
  return limit !== undefined && amountOf(limit) < amountOf(request) ? invalid(field, `at least ${request}`, limit) : [];
}

const units: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * The number that a quantity stands for; NaN for what is none, which is neither less nor more than
 * anything.
 */
function amountOf(text: unknown): number {
  const [, amount, unit = ""] = /^([\d.]+)([a-zA-Z]*)$/.exec(String(text)) ?? [];
  return Number(amount) * (unit === "" ? 1 : (units[unit] ?? Number.NaN));
}

/** A quantity as the typed API of cdk8s-plus wants it. */
export function quantity(text: string): k8s.Quantity {
  return k8s.Quantity.fromString(text);
}
