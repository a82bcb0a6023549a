import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "../../core/progress.js";
import { waitFor } from "../../core/wait.js";
import type { Pod } from "../../embedded/cluster/agent/objects.js";
import { startCluster, stopCluster } from "../../embedded/cluster/lifecycle.js";
import { clusterToolNames } from "../../embedded/cluster/tools.js";
import { startGitLab, stopGitLab } from "../../embedded/gitlab/lifecycle.js";
import { ensureTools } from "../../embedded/toolchain/ensure.js";
import { apiOf, toolFolder } from "../e2e/cluster-support.js";
import { killAll, processesIn } from "./processes.js";
import { timed } from "./timed.js";

/** A stack that is up, and where everything of it lies. */
export interface SnapshotParts {
  /** Folders that are kept as a whole; clusters and GitLabs lie in them. No folder lies in another. */
  readonly folders: readonly string[];
  /** State folders of embedded clusters. */
  readonly clusters: readonly string[];
  /** Folders of embedded GitLabs. */
  readonly gitlabs: readonly string[];
}

/** The kept state of a stack. It holds addresses and paths, so it comes back at the same place and the same ports only. */
export interface Snapshot {
  /** Ends what runs now, puts the state back, and starts everything; returns when the pods of Flux are Ready. */
  restore(): Promise<void>;
  /** Deletes what is kept; the stack itself stays as it is. */
  remove(): void;
}

/** Stops a stack in good order, and keeps its state. The stack is down afterwards, until it is restored. */
export async function takeSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const kept = mkdtempSync(join(tmpdir(), "timonier-snapshot-"));
  await timed("take a snapshot", async () => {
    // In good order: a Flux controller that is killed holds its lease for half a minute.
    await Promise.all([...parts.clusters.map(stopCluster), ...parts.gitlabs.map(stopGitLab)]);
    parts.folders.forEach((folder, index) => {
      copy(folder, join(kept, String(index)));
    });
  });
  return {
    restore: () => timed("restore a snapshot", () => restore(parts, kept)),
    remove: () => rmSync(kept, { recursive: true, force: true }),
  };
}

async function restore({ folders, clusters, gitlabs }: SnapshotParts, kept: string): Promise<void> {
  await killAll(() => folders.flatMap(processesIn));
  folders.forEach((folder, index) => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    copy(join(kept, String(index)), folder);
  });
  const tools = await ensureTools(clusterToolNames, { binDir: toolFolder, progress: silent });
  // As the API server writes times.
  const since = `${new Date().toISOString().slice(0, 19)}Z`;
  await Promise.all([
    ...gitlabs.map((gitlab) => startGitLab(gitlab)),
    ...clusters.map(async (cluster) => {
      await startCluster(cluster, tools);
      await fluxReady(cluster, since);
    }),
  ]);
}

/** Etcd's journal is a file of 64 MB that is nearly empty. */
function copy(from: string, to: string): void {
  execFileSync("cp", ["--archive", "--sparse=always", from, to]);
}

/** Waits for the pods of Flux: what the API server says of them at first is from before the snapshot. */
async function fluxReady(cluster: string, since: string): Promise<void> {
  const api = apiOf(cluster);
  try {
    const wait = {
      what: "the restored Flux",
      where: cluster,
      fix: "read the logs there",
      timeout: 60_000,
      interval: 50,
    };
    await waitFor(wait, async () => {
      const { items } = await api.call<{ items: Pod[] }>({ path: "/api/v1/namespaces/flux-system/pods" });
      const late = items.filter(({ status }) => {
        const container = status?.containerStatuses?.[0];
        return !container?.ready || (container.state.running?.startedAt ?? "") < since;
      });
      const missing = late.map(({ metadata }) => metadata.name).join(", ");
      return late.length === 0 ? { done: true as const, value: undefined } : { done: false as const, missing };
    });
  } finally {
    api.close();
  }
}
