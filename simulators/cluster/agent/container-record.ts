import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessIdentity } from "@timonier/kit/daemon";
import writeFileAtomic from "write-file-atomic";
import type { ContainerState } from "./pod-objects.js";

/** What a restarted agent needs to know of a container. */
export interface ContainerRecord {
  /** Host's port by container's port. */
  readonly ports: Readonly<Record<string, number>>;
  readonly restartCount: number;
  /** Restarts that count for the next back-off. */
  readonly backoff: number;
  readonly lastState: ContainerState;
  /** The process, once it was started. */
  readonly process?: ProcessIdentity;
  readonly startedAt?: string;
}

/** Files of one container. */
export interface ContainerFiles {
  readonly folder: string;
  readonly record: string;
  readonly log: string;
  readonly previousLog: string;
}

/** @param podFolder folder of the pod in the state folder */
export function containerFiles(podFolder: string, name: string): ContainerFiles {
  const folder = join(podFolder, "containers", name);
  return {
    folder,
    record: join(folder, "record.json"),
    log: join(folder, "current.log"),
    previousLog: join(folder, "previous.log"),
  };
}

/** The kept record, or that of a container that never started. */
export function readContainerRecord(files: ContainerFiles): ContainerRecord {
  try {
    return JSON.parse(readFileSync(files.record, "utf8")) as ContainerRecord;
  } catch {
    return { ports: {}, restartCount: 0, backoff: 0, lastState: {} };
  }
}

export function writeContainerRecord(files: ContainerFiles, record: ContainerRecord): void {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(files.record, JSON.stringify(record), { mode: 0o600 });
}
