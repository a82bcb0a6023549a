import { readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** What is known of the control plane between two rehearsals. */
export interface ClusterRecord {
  /** By kwokctl's option, and those of `fluxPorts`. */
  readonly ports: Readonly<Record<string, number>>;
  /** What it was made of: other programs, another control plane. */
  readonly pins: string;
  readonly kubernetesVersion: string;
  /** Key of the base at which it stands, untouched since. undefined: something was applied, or it does not run. */
  readonly at?: string;
  /** Key of the network that the Flux controllers were started with. */
  readonly network?: string;
  /** Key of the base that was used last. */
  readonly last?: string;
}

/** Ports beside those of the control plane. */
export const fluxPorts = [
  "gitPort",
  "artifactPort",
  ...["source", "kustomize", "helm"].flatMap((name) => [`${name}MetricsPort`, `${name}HealthPort`]),
];

export function readClusterRecord(layout: RehearsalLayout): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(layout.record, "utf8")) as ClusterRecord;
  } catch {
    return undefined;
  }
}

export function writeClusterRecord(layout: RehearsalLayout, record: ClusterRecord): void {
  writeFileAtomic.sync(layout.record, JSON.stringify(record, undefined, 2), { mode: 0o600 });
}
