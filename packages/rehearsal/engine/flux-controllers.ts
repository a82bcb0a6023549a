import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { ClusterTool } from "@timonier/control-plane/tools";
import { startDaemon } from "@timonier/kit/daemon";
import type { ClusterRecord } from "./cluster-record.js";
import { storedNetwork } from "./flux-network.js";
import type { RehearsalLayout } from "./rehearsal-layout.js";
import { scratchFolder } from "./scratch.js";

/**
 * Controllers of a rehearsal. Notification and image automation controllers do not change what is
 * applied, so they do not run.
 */
export const fluxControllers = ["source-controller", "kustomize-controller", "helm-controller"] as const;

/** Name of a Flux controller of the rehearsal. */
export type FluxController = (typeof fluxControllers)[number];

/** Arguments of a cluster's own Flux that change what is applied. The rehearsal sets all others. */
export const meaningfulFlags = [
  "--no-cross-namespace-refs",
  "--no-remote-bases",
  "--default-service-account",
  "--override-manager",
  "--custom-apply-stage-kinds",
  "--feature-gates",
];

/**
 * Feature gate of the rehearsal, beside the cluster's own: a health check ends as soon as a
 * reconciliation is requested.
 */
const gates = "CancelHealthCheckOnNewRevision=true";

/** Field manager of the objects that a cluster has before Flux runs: Flux then owns their fields. */
export const FLUX_MANAGER = "kustomize-controller";

/** Arguments by controller. */
export type FluxArguments = Readonly<Partial<Record<FluxController, readonly string[]>>>;

/** Which controllers are started, and how. */
export interface FluxStart {
  /** Controllers that run already. */
  readonly running: ReadonlySet<string>;
  /** Arguments of the cluster's own Flux that change what happens. @default none */
  readonly flags?: FluxArguments;
}

/**
 * Starts the Flux controllers that do not run yet. They run as processes of this machine and not as
 * pods, because the tree's own Deployments of Flux are rehearsed like any other object.
 */
export function startFlux(
  { layout, record }: { readonly layout: RehearsalLayout; readonly record: ClusterRecord },
  tools: Readonly<Record<ClusterTool, string>>,
  { running, flags = {} }: FluxStart,
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
      args: controllerArguments(name, layout, record, flags[name] ?? []),
      env: {
        ...storedNetwork(layout),
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: tmp,
        TMPDIR: tmp,
        KUBECONFIG: layout.cluster.kubeconfig,
        RUNTIME_NAMESPACE: "flux-system",
        // Each build parses its input again and drops it at once: a larger heap saves garbage collections.
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
    // A controller reconciles each new object twice: it first adds its finalizer, and returns after this delay.
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
