import { z } from "zod";

/** What minikube knows of a profile. */
export interface Profile {
  readonly driver: string;
  /** Without `v`. */
  readonly kubernetesVersion: string;
  readonly runtime: string;
  /** Of each node; 0 where the cluster has the machine's. */
  readonly cpus: number;
  readonly memory: number;
  /** Names, the control plane's first; empty for the control plane of a cluster of one node. */
  readonly nodes: readonly string[];
  /** Those that are enabled. */
  readonly addons: readonly string[];
  readonly registryMirrors: readonly string[];
}

/** A profile as it is found. */
export type Found =
  | { readonly state: "absent" }
  /** There is something of that name that minikube cannot read. */
  | { readonly state: "broken" }
  | { readonly state: "running"; readonly profile: Profile }
  /** `missing`: what does not run, for people. */
  | { readonly state: "stopped"; readonly profile: Profile; readonly missing: string };

const config = z.object({
  Driver: z.string(),
  CPUs: z.number(),
  Memory: z.number(),
  RegistryMirror: z.array(z.string()).nullish(),
  KubernetesConfig: z.object({ KubernetesVersion: z.string(), ContainerRuntime: z.string() }),
  Nodes: z.array(z.object({ Name: z.string() })).nullish(),
  Addons: z.record(z.string(), z.boolean()).nullish(),
});
const listed = z.object({ Name: z.string(), Config: config });
const list = z.object({
  valid: z.array(listed),
  invalid: z.array(z.object({ Name: z.string() })),
});

/**
 * A profile in what `minikube profile list -o json` prints.
 *
 * @param output all of it
 * @returns the profile, or why there is none
 * @throws ZodError or SyntaxError when it is something else
 */
export function findProfile(output: string, name: string): Profile | "absent" | "broken" {
  const { valid, invalid } = list.parse(JSON.parse(output));
  const found = valid.find((one) => one.Name === name);
  if (!found) return invalid.some((one) => one.Name === name) ? "broken" : "absent";
  const { Driver, CPUs, Memory, RegistryMirror, KubernetesConfig, Nodes, Addons } = found.Config;
  return {
    driver: Driver,
    kubernetesVersion: KubernetesConfig.KubernetesVersion.replace(/^v/, ""),
    runtime: KubernetesConfig.ContainerRuntime,
    cpus: CPUs,
    memory: Memory,
    nodes: (Nodes ?? []).map((node) => node.Name),
    addons: Object.entries(Addons ?? {}).flatMap(([addon, on]) => (on ? [addon] : [])),
    registryMirrors: RegistryMirror ?? [],
  };
}

const node = z.object({ Name: z.string(), Host: z.string(), Kubelet: z.string(), APIServer: z.string() });

/**
 * What does not run of a profile, by what `minikube status -o json` prints: one object, or a list where there are several
 * nodes.
 *
 * @returns undefined when all of it runs
 */
export function whatIsMissing(output: string): string | undefined {
  const nodes = statuses(output);
  if (nodes.length === 0) return "minikube does not find its machine";
  const faults = nodes.flatMap(({ Name, Host, Kubelet, APIServer }) => {
    if (Host !== "Running") return [`${Name}: ${Host}`];
    const parts = { kubelet: Kubelet, apiserver: APIServer };
    return Object.entries(parts).flatMap(([part, state]) =>
      state === "Running" || state === "Irrelevant" ? [] : [`${Name}: ${part} ${state}`],
    );
  });
  return faults.length === 0 ? undefined : faults.join(", ");
}

function statuses(output: string): z.infer<typeof node>[] {
  try {
    const parsed: unknown = JSON.parse(output);
    return z.array(node).parse(Array.isArray(parsed) ? parsed : [parsed]);
  } catch {
    // Nothing, or the event of an error: the machine behind the profile is not there.
    return [];
  }
}
