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
import { killPlane, missingPrograms, type PlaneProgram } from "./cluster-processes.js";
import { rehearsalProfile } from "./cluster-profile.js";
import { fluxPorts, type PlaneRecord } from "./cluster-record.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";

/** What starting may use. */
export interface Starting {
  readonly tools: ClusterTools;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** One component, as kwokctl wrote it down. */
interface Component {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly string[];
  readonly envs?: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly workDir: string;
}

/** Makes the control plane anew: certificates, configuration, processes. Whatever was there goes. */
export async function installControlPlane(
  layout: RehearsalLayout,
  { tools, progress, signal }: Starting,
): Promise<Readonly<Record<string, number>>> {
  await killPlane(layout);
  for (const folder of [layout.plane.dir, layout.bases])
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  rmSync(layout.record, { force: true });
  mkdirSync(layout.plane.dir, { recursive: true, mode: 0o700 });
  progress("rehearsal: making a control plane");
  const names = [
    ...rehearsalProfile.components.flatMap(({ portOptions }) => portOptions),
    "kubeSchedulerPort",
    ...fluxPorts,
  ];
  const ports = await freePorts(names);
  await createControlPlane(layout.plane, tools, ports, signal, rehearsalProfile);
  return ports;
}

/** Starts those components that do not run, without kwokctl: it waits for each. */
export function startComponents(layout: RehearsalLayout): void {
  const components = parseAllDocuments(readFileSync(join(layout.plane.controlPlane, "kwok.yaml"), "utf8")).flatMap(
    (document) => (document.toJS() as { components?: readonly Component[] } | null)?.components ?? [],
  );
  const missing = new Set<string>(missingPrograms(layout));
  mkdirSync(layout.plane.logs, { recursive: true, mode: 0o700 });
  for (const { name, binary, args, envs, workDir } of components) {
    if (!missing.has(name)) continue;
    const pidFile = join(layout.plane.dir, `${name}.json`);
    rmSync(pidFile, { force: true });
    startDaemon({
      command: binary,
      args,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: layout.plane.kwokHome,
        ...Object.fromEntries((envs ?? []).map((env) => [env.name, env.value])),
      },
      cwd: workDir,
      pidFile,
      logFile: join(layout.plane.logs, `${name}.log`),
    });
  }
}

/** The administrator's client; its kubeconfig is written for the Flux controllers. */
export function openApi(layout: RehearsalLayout, { ports }: Pick<PlaneRecord, "ports">): KubeApi {
  const access = adminAccess(layout.plane, { ports });
  if (!access) throw broken(layout, "its certificates are gone");
  writeKubeconfig(layout.plane, access);
  return new KubeApi(access);
}

/** Waits until the API server answers; ends early when it or etcd ended. */
export async function apiServerReady(
  api: KubeApi,
  layout: RehearsalLayout,
  { progress, signal }: Starting,
): Promise<void> {
  const needed: readonly PlaneProgram[] = ["etcd", "kube-apiserver"];
  const gone = new Map<string, number>();
  await waitFor(
    {
      what: "the rehearsal's API server",
      where: layout.plane.dir,
      fix: `look into the logs in ${layout.plane.logs}, then run the command again`,
      timeout: 90_000,
      interval: 50,
      progress,
      ...(signal && { signal }),
    },
    async () => {
      if (await api.isReady(1_000)) return { done: true, value: undefined };
      for (const name of missingPrograms(layout).filter((one) => needed.includes(one))) {
        gone.set(name, (gone.get(name) ?? 0) + 1);
        // Seen more than once: the first look may fall into the moment between fork and exec.
        if ((gone.get(name) ?? 0) > 3) throw broken(layout, `${name} ended`);
      }
      return { done: false, missing: "not ready yet" };
    },
  );
}

function broken(layout: RehearsalLayout, what: string): UserError {
  const log = existsSync(layout.plane.logs) ? layout.plane.logs : layout.plane.dir;
  return new UserError(
    `the rehearsal's control plane does not start: ${what}`,
    log,
    "`timonier rehearse --stop`, then run the command again: it makes a new one",
  );
}
