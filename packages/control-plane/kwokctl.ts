import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import { type Component, components } from "./components.js";
import { type ClusterLayout, clusterName } from "./layout.js";
import { nodeStages, podStages, type Stage } from "./stages.js";
import type { ClusterTools } from "./tools.js";

const embedded: ControlPlaneProfile = { components, stages: [...nodeStages(), ...podStages()] };

/** What a control plane consists of. A rehearsal uses other parts than the embedded cluster. */
export interface ControlPlaneProfile {
  readonly components: readonly Component[];
  readonly stages: readonly Stage[];
  /** kwokctl's own options beyond those about components. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** kwokctl's configuration of one cluster: a YAML stream, each document written as JSON. */
export function kwokctlConfiguration(
  layout: ClusterLayout,
  tools: ClusterTools,
  ports: Readonly<Record<string, number>>,
  { components, stages, options }: ControlPlaneProfile = embedded,
): string {
  const portOptions = components.flatMap((component) => component.portOptions);
  const configuration = {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      bindAddress: "127.0.0.1",
      ...Object.fromEntries(portOptions.map((option) => [option, ports[option]])),
      ...Object.fromEntries(components.map((component) => [component.binaryOption, tools[component.tool]])),
      ...options,
    },
    componentsPatches: components.map((component) => ({
      name: component.name,
      extraArgs: Object.entries(component.args(layout.pki)).map(([key, value]) => ({ key, value })),
      extraEnvs: Object.entries(component.env).map(([name, value]) => ({ name, value })),
    })),
  };
  return [configuration, ...stages].map((document) => JSON.stringify(document)).join("\n---\n");
}

/** How a control plane is created. */
export interface CreateOptions {
  readonly signal?: AbortSignal | undefined;
  /** @default that of the embedded cluster */
  readonly profile?: ControlPlaneProfile;
}

/** Installs and starts the control plane. */
export async function createControlPlane(
  layout: ClusterLayout,
  tools: ClusterTools,
  ports: Readonly<Record<string, number>>,
  { signal, profile = embedded }: CreateOptions = {},
): Promise<void> {
  const file = join(layout.kwokHome, "configuration.yaml");
  mkdirSync(layout.kwokHome, { recursive: true, mode: 0o700 });
  writeFileSync(file, kwokctlConfiguration(layout, tools, ports, profile), { mode: 0o600 });
  await kwokctl(layout, tools, ["create", "cluster", "--config", file, "--kubeconfig", ""], signal);
}

/** Starts the components that do not run according to their pid files. */
export async function startControlPlane(
  layout: ClusterLayout,
  tools: ClusterTools,
  signal?: AbortSignal,
): Promise<void> {
  await kwokctl(layout, tools, ["start", "cluster"], signal);
}

async function kwokctl(
  layout: ClusterLayout,
  tools: ClusterTools,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  // Loaded on demand: it takes a tenth of a second to load, and most runs start no process.
  const { execa } = await import("execa");
  const { failed, all } = await execa(tools.kwokctl, [...args, "--name", clusterName], {
    // A home folder and a PATH of its own: kwokctl must not read or write the user's configuration.
    env: { HOME: layout.kwokHome, PATH: emptyPath(layout) },
    extendEnv: false,
    all: true,
    reject: false,
    timeout: 60_000,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  if (!failed) return;
  throw new UserError(
    `kwokctl ${args.slice(0, 2).join(" ")} failed: ${all.trim().split("\n").slice(-3).join(" | ") || "no output"}`,
    layout.controlPlane,
    "see the logs in its folder logs; `npx timonier down` and `npm run up` recreate the cluster",
    { code: "TIM-331" },
  );
}

/**
 * kwokctl downloads kubectl when PATH has none, only to check that the API server answers. timonier
 * checks that itself, and gives it a kubectl that always succeeds.
 */
function emptyPath(layout: ClusterLayout): string {
  mkdirSync(layout.kwokctlPath, { recursive: true, mode: 0o700 });
  const kubectl = join(layout.kwokctlPath, "kubectl");
  writeFileSync(kubectl, "#!/bin/sh\nexit 0\n");
  chmodSync(kubectl, 0o755);
  return layout.kwokctlPath;
}
