import { z } from "zod";

/** A profile as minikube lists it. */
export interface Profile {
  readonly driver: string;
  /** Without `v`. */
  readonly kubernetesVersion: string;
  readonly runtime: string;
  /** Processors of each node; 0 if the cluster uses the machine's. */
  readonly cpus: number;
  readonly memory: number;
  /** Names, the control plane's first; its name is empty in a cluster with one node. */
  readonly nodes: readonly string[];
  /** Enabled addons. */
  readonly addons: readonly string[];
  readonly registryMirrors: readonly string[];
}

/** State of a profile. */
export type Found =
  | { readonly state: "absent" }
  /** minikube cannot read the profile. */
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
 * Finds a profile in the output of `minikube profile list -o json`.
 *
 * @returns the profile, or its state when there is none
 * @throws ZodError or SyntaxError for output in another format
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
 * What does not run of a profile, from the output of `minikube status -o json`: one object, or a
 * list with several nodes.
 *
 * @returns undefined when everything runs
 */
export function whatIsMissing(output: string): string | undefined {
  const nodes = statuses(output);
  if (nodes.length === 0) return "minikube does not find its machine";
  const stopped = nodes.flatMap(({ Name, Host, Kubelet, APIServer }) => {
    if (Host !== "Running") return [`${Name}: ${Host}`];
    const parts = { kubelet: Kubelet, apiserver: APIServer };
    return Object.entries(parts).flatMap(([part, state]) =>
      state === "Running" || state === "Irrelevant" ? [] : [`${Name}: ${part} ${state}`],
    );
  });
  return stopped.length === 0 ? undefined : stopped.join(", ");
}

function statuses(output: string): z.infer<typeof node>[] {
  try {
    const parsed: unknown = JSON.parse(output);
    return z.array(node).parse(Array.isArray(parsed) ? parsed : [parsed]);
  } catch {
    // No output, or an error event: the machine of the profile does not exist.
    return [];
  }
}
