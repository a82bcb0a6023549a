import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterToolNames } from "@timonier/control-plane/tools";
import { StateFolder } from "@timonier/kit/state-folder";
import { exclusively, isRestored, leaveWarm, stopRehearsal } from "@timonier/rehearsal/engine/lifetime";
import { rehearsalLayout } from "@timonier/rehearsal/engine/rehearsal-layout";
import { rehearse } from "@timonier/rehearsal/engine/rehearse";
import type { Report } from "@timonier/report/model";
import { ensureTools } from "@timonier/toolchain/ensure";

/** Texts of files by their paths. */
export type Files = Readonly<Record<string, string>>;

/** What Flux begins with in each tree. */
export const sync: Files = {
  "clusters/prod/flux-system/gotk-sync.yaml": `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, ref: {branch: main}, url: "https://git.example.com/setup.git"}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./clusters/prod, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
`,
};

/** Makes a clone in which a branch changes a tree. @returns the folder */
export function makeClone(folder: string, tree: Files, change: Files): string {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=b", "-c", "user.email=b@example.com", ...args], { cwd: folder });
  const commit = (files: Files, message: string) => {
    writeFiles(folder, files);
    git("add", "-A");
    git("commit", "-q", "-m", message);
  };
  git("init", "-q", "-b", "main");
  commit({ ...sync, ...tree }, "base");
  git("checkout", "-q", "-b", "change");
  commit(change, "change");
  return folder;
}

/** Writes files into a folder. */
export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** What a clone is rehearsed with. */
export interface Rehearsed {
  readonly cwd: string;
  /** Folders by the source that they stand for, `NAMESPACE/NAME`. @default none */
  readonly sources?: Readonly<Record<string, string>>;
  /** @throws Error when it is not what the benchmark expects: a wrong answer may be a fast one */
  readonly check: (report: Report) => void;
}

/** A rehearsal cluster of the benchmark's own. */
export class RehearsalBench {
  readonly root = mkdtempSync(join(tmpdir(), "timonier-bench-"));
  readonly #layout = rehearsalLayout(join(this.root, "plane"));
  readonly #starting;

  private constructor(tools: Awaited<ReturnType<typeof RehearsalBench.tools>>) {
    this.#starting = { tools, flux: tools.flux, progress: () => {} };
  }

  static async start(): Promise<RehearsalBench> {
    return new RehearsalBench(await RehearsalBench.tools());
  }

  private static tools() {
    const names = [...clusterToolNames, "flux"] as const;
    return ensureTools(names, { binDir: new StateFolder().bin, progress: console.error });
  }

  /** Rehearses once. @returns seconds */
  async once({ cwd, sources = {}, check }: Rehearsed): Promise<number> {
    const start = Date.now();
    await exclusively(this.#layout, this.#starting.progress, async () => {
      check(await rehearse(this.#layout, { cwd, sources, assume: [], timeout: 300_000 }, this.#starting, {}));
      leaveWarm(this.#layout, this.#starting);
    });
    return (Date.now() - start) / 1000;
  }

  /** Rehearsals that find the cluster at its base. @returns seconds, the smallest first */
  async warm(rehearsed: Rehearsed, runs: number): Promise<number[]> {
    const times: number[] = [];
    for (let run = 0; run < runs; run++) {
      await this.restoreInPlace();
      times.push(await this.once(rehearsed));
    }
    return times.sort((one, other) => one - other);
  }

  /**
   * Waits until the cluster is back at its base and halted: what follows a rehearsal in the
   * background is not part of the next.
   */
  async restoreInPlace(): Promise<void> {
    while (!isRestored(this.#layout)) await sleep(200);
  }

  /** Ends the cluster and deletes the benchmark's folder. */
  async end(): Promise<void> {
    await stopRehearsal(this.#layout);
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** @param times the smallest first */
export function percentile(times: readonly number[], share: number): number {
  return times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)] ?? 0;
}

/** `4.2 s` */
export const seconds = (value: number): string => `${value.toFixed(1)} s`;
