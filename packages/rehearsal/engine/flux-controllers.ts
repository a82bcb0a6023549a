import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { ClusterTool } from "@timonier/control-plane/tools";
import { startDaemon } from "@timonier/kit/daemon";
import type { ClusterRecord } from "./cluster-record.js";
import { keptNetwork } from "./flux-network.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { scratchFolder } from "./scratch.js";

/** The controllers that a rehearsal runs; notifications and image updates tell others, and decide nothing here. */
export const fluxControllers = ["source-controller", "kustomize-controller", "helm-controller"] as const;

/** One of them. */
export type FluxController = (typeof fluxControllers)[number];

/** Arguments that a cluster's own Flux is started with and that change what happens; all others are the rehearsal's. */
export const meaningfulFlags = [
  "--no-cross-namespace-refs",
  "--no-remote-bases",
  "--default-service-account",
  "--override-manager",
  "--custom-apply-stage-kinds",
  "--feature-gates",
];

/** Feature gates beside the cluster's own: health checks end as soon as they are asked to look again. */
const gates = "CancelHealthCheckOnNewRevision=true";

/** Starts what does not run of Flux, directly on this machine and not as pods: the tree's own Deployments of it are objects like others. */
export function startFlux(
  layout: RehearsalLayout,
  record: ClusterRecord,
  tools: Readonly<Record<ClusterTool, string>>,
  running: ReadonlySet<string>,
  meaningful: Readonly<Partial<Record<FluxController, readonly string[]>>> = {},
): void {
  const bin = join(layout.flux, "bin");
  const tmp = scratchFolder(layout);
  for (const folder of [bin, layout.artifacts]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of fluxControllers) {
    if (running.has(name)) continue;
    const program = join(bin, name);
    if (existsSync(program)) rmSync(program);
    symlinkSync(tools[name], program);
    const pidFile = join(layout.flux, `${name}.json`);
    rmSync(pidFile, { force: true });
    startDaemon({
      command: program,
      args: controllerArguments(name, layout, record, meaningful[name] ?? []),
      env: {
        ...keptNetwork(layout),
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: tmp,
        TMPDIR: tmp,
        KUBECONFIG: layout.cluster.kubeconfig,
        RUNTIME_NAMESPACE: "flux-system",
        // What it builds with is parsed anew for each Kustomization, and is garbage at once.
        GOGC: "800",
      },
      cwd: layout.flux,
      pidFile,
      logFile: join(layout.flux, `${name}.log`),
    });
  }
}

/** Exported for its test. */
export function controllerArguments(
  name: FluxController,
  layout: RehearsalLayout,
  { ports }: ClusterRecord,
  meaningful: readonly string[],
): string[] {
  const short = name.replace("-controller", "");
  const given = meaningful.filter((flag) => !flag.startsWith("--feature-gates"));
  const givenGates = meaningful
    .find((flag) => flag.startsWith("--feature-gates="))
    ?.split("=")
    .slice(1)
    .join("=");
  const featureGates = [givenGates, name === "source-controller" ? undefined : gates].filter(Boolean).join(",");
  const common = [
    "--watch-all-namespaces=true",
    "--log-encoding=json",
    "--enable-leader-election=false",
    `--metrics-addr=127.0.0.1:${ports[`${short}MetricsPort`]}`,
    `--health-addr=127.0.0.1:${ports[`${short}HealthPort`]}`,
    "--kube-api-qps=-1",
    "--interval-jitter-percentage=0",
    "--requeue-dependency=500ms",
    // A controller looks at each new object twice: it first adds its finalizer, and comes back after this delay.
    "--min-retry-delay=50ms",
    "--max-retry-delay=5s",
    ...(featureGates ? [`--feature-gates=${featureGates}`] : []),
  ];
  const own: Readonly<Record<FluxController, readonly string[]>> = {
    "source-controller": [
      "--concurrent=10",
      `--storage-path=${layout.artifacts}`,
      `--storage-addr=127.0.0.1:${ports.artifactPort}`,
      `--storage-adv-addr=127.0.0.1:${ports.artifactPort}`,
    ],
    "kustomize-controller": ["--concurrent=12", "--concurrent-ssa=8", "--http-retry=2"],
    "helm-controller": ["--concurrent=8", "--http-retry=2"],
  };
  return [...common, ...own[name], ...given];
}
