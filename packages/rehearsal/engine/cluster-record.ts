import { readFileSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** What is stored about the cluster between two rehearsals. */
export interface ClusterRecord {
  /** Ports by kwokctl's option, and those of `fluxPorts`. */
  readonly ports: Readonly<Record<string, number>>;
  /** Digest of the programs that it was created with. With other programs, another cluster is created. */
  readonly pins: string;
  readonly kubernetesVersion: string;
  /** Key of the base that it holds, unmodified. @default it was modified, or it does not run */
  readonly at?: string;
  /** Key of the network settings that the Flux controllers were started with. */
  readonly network?: string;
  /** Key of the base that was used last. */
  readonly last?: string;
}

/** Names of the ports of Flux and of the rehearsal's server. */
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
