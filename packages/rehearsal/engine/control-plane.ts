import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createControlPlane } from "@timonier/control-plane/kwokctl";
import { freePorts } from "@timonier/control-plane/ports";
import { adminAccess, writeKubeconfig } from "@timonier/control-plane/record";
import type { ClusterTools } from "@timonier/control-plane/tools";
import { startDaemon } from "@timonier/kit/daemon";
import { KubeApi } from "@timonier/kit/kube-api";
import type { Progress } from "@timonier/kit/progress";
import { UserError } from "@timonier/kit/user-error";
import { waitFor } from "@timonier/kit/wait";
import { parseAllDocuments } from "yaml";
import { type ClusterProgram, killCluster, missingPrograms } from "./cluster-processes.js";
import { rehearsalProfile } from "./cluster-profile.js";
import { type ClusterRecord, fluxPorts } from "./cluster-record.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** What the start of a cluster needs. */
export interface StartContext {
  readonly tools: ClusterTools;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A component of the cluster in kwokctl's configuration. */
interface Component {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly envs?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly workDir: string;
}

/** Creates the control plane: certificates, configuration, processes. Deletes any other in the same folder. */
export async function installControlPlane(
  layout: RehearsalLayout,
  { tools, progress, signal }: StartContext,
): Promise<Readonly<Record<string, number>>> {
  await killCluster(layout);
  for (const folder of [layout.cluster.dir, layout.bases])
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  rmSync(layout.record, { force: true });
  mkdirSync(layout.cluster.dir, { recursive: true, mode: 0o700 });
  progress("rehearsal: creating a cluster");
  const names = [
    ...rehearsalProfile.components.flatMap(({ portOptions }) => portOptions),
    "kubeSchedulerPort",
    ...fluxPorts,
  ];
  const ports = await freePorts(names);
  await createControlPlane(layout.cluster, tools, ports, { signal, profile: rehearsalProfile });
  return ports;
}

/** Starts the components that do not run. Without kwokctl, which waits for each of them. */
export function startComponents(layout: RehearsalLayout): void {
  const components = parseAllDocuments(readFileSync(join(layout.cluster.controlPlane, "kwok.yaml"), "utf8")).flatMap(
    (document) => (document.toJS() as { components?: readonly Component[] } | null)?.components ?? [],
  );
  const missing = new Set<string>(missingPrograms(layout));
  mkdirSync(layout.cluster.logs, { recursive: true, mode: 0o700 });
  for (const { name, binary, args, envs, workDir } of components) {
    if (!missing.has(name)) continue;
    const pidFile = join(layout.cluster.dir, `${name}.json`);
    rmSync(pidFile, { force: true });
    startDaemon({
      command: binary,
      args,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: layout.cluster.kwokHome,
        ...Object.fromEntries((envs ?? []).map((env) => [env.name, env.value])),
      },
      cwd: workDir,
      pidFile,
      logFile: join(layout.cluster.logs, `${name}.log`),
    });
  }
}

/** A client with administrator rights. Writes its kubeconfig for the Flux controllers. */
export function openApi(layout: RehearsalLayout, { ports }: Pick<ClusterRecord, "ports">): KubeApi {
  const access = adminAccess(layout.cluster, { ports });
  if (!access) throw broken(layout, "its certificates are missing");
  writeKubeconfig(layout.cluster, access);
  return new KubeApi(access);
}

/** Waits until the API server answers, and fails at once when it or etcd has ended. */
export async function apiServerReady(
  api: KubeApi,
  layout: RehearsalLayout,
  { progress, signal }: StartContext,
): Promise<void> {
  const needed: readonly ClusterProgram[] = ["etcd", "kube-apiserver"];
  const gone = new Map<string, number>();
  await waitFor(
    {
      what: "the rehearsal's API server",
      where: layout.cluster.dir,
      fix: `read the logs in ${layout.cluster.logs}, then run the command again`,
      timeout: 90_000,
      interval: 50,
      progress,
      ...(signal && { signal }),
    },
    async () => {
      if (await api.isReady(1_000)) return { done: true, value: undefined };
      for (const name of missingPrograms(layout).filter((one) => needed.includes(one))) {
        gone.set(name, (gone.get(name) ?? 0) + 1);
        // More than once, because a process has another name between fork and exec.
        if ((gone.get(name) ?? 0) > 3) throw broken(layout, `${name} ended`);
      }
      return { done: false, missing: "not ready yet" };
    },
  );
}

function broken(layout: RehearsalLayout, what: string): UserError {
  const log = existsSync(layout.cluster.logs) ? layout.cluster.logs : layout.cluster.dir;
  return new UserError(
    `the rehearsal cluster does not start: ${what}`,
    log,
    "run the command with --stop, which deletes the cluster, then run it again",
    { code: "TIM-606" },
  );
}
