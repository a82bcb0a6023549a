import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ClusterLayout } from "@timonier/control-plane/layout";
import { identify } from "@timonier/kit/daemon";
import { containerFiles, readContainerRecord } from "../agent/container-record.js";
import { findProcesses, missingParts } from "../cluster-processes.js";

/** What a supervisor sees of a cluster at one moment. */
export interface ClusterFacts {
  /** Names of the components that do not run, the runtime agent among them. */
  readonly missing: readonly string[];
  readonly programs: readonly ProgramFacts[];
}

/** A Flux controller: a container whose program the runtime agent runs. */
export interface ProgramFacts {
  /** `source-controller` */
  readonly name: string;
  /** Its container's folder: another pod's container is another program. */
  readonly folder: string;
  readonly log: string;
  readonly runs: boolean;
  readonly restarts: number;
  /** How its last run ended. @default it has not ended yet */
  readonly end?: ProgramEnd;
}

/** How one run of a program ended. */
export interface ProgramEnd {
  readonly exitCode: number;
  /** Number of the signal that ended it. @default it ended by itself */
  readonly signal?: number;
  /** Milliseconds from its start to its end, by whole seconds. */
  readonly ranFor: number;
}

/** Inspects processes and the runtime agent's records, and not the API server, which may be the missing part. */
export function gatherFacts(layout: ClusterLayout): ClusterFacts {
  return { missing: missingParts(findProcesses(layout)), programs: programsOf(layout) };
}

function programsOf({ pods }: ClusterLayout): ProgramFacts[] {
  return namesIn(pods).flatMap((pod) =>
    namesIn(join(pods, pod, "containers")).flatMap((container) => {
      const files = containerFiles(join(pods, pod), container);
      const name = programIn(files.folder);
      return name === undefined ? [] : [programFacts(name, files)];
    }),
  );
}

function programFacts(name: string, files: ReturnType<typeof containerFiles>): ProgramFacts {
  const { process, restartCount, lastState } = readContainerRecord(files);
  const last = lastState.terminated;
  return {
    name,
    folder: files.folder,
    log: files.log,
    runs: process !== undefined && identify(process.pid)?.started === process.started,
    restarts: restartCount,
    ...(last && {
      end: {
        exitCode: last.exitCode,
        ...(last.signal !== undefined && { signal: last.signal }),
        ranFor: Date.parse(last.finishedAt) - Date.parse(last.startedAt),
      },
    }),
  };
}

/** The runtime agent starts each program through a link of its own name. */
function programIn(folder: string): string | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isSymbolicLink())?.name;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
