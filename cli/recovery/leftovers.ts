import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "@timonier/toolchain/cache";
import type { Deployment } from "../stack/deployment.js";
import type { Stack } from "../stack/stack.js";

/** Files that `down` keeps on this machine, with the reason. */
export function keptOnPurpose(stack: Stack, env: NodeJS.ProcessEnv = process.env): string[] {
  const { folder } = stack.backend;
  const places: ReadonlyArray<readonly [place: string | undefined, why: string]> = [
    [stack.configFile, "the stack's settings"],
    [stack.state.passphraseFile, "other stacks' secrets may need it"],
    [
      folder && join(folder, ".pulumi", "backups", "timonier", stack.name),
      "Pulumi's copies of earlier states, with encrypted secrets",
    ],
    [stack.state.bin, "the tools, for the next up"],
    [cacheRoot(env), "the tools of all checkouts"],
  ];
  return places.flatMap(([place, why]) => (place !== undefined && existsSync(place) ? `kept ${place}: ${why}` : []));
}

/**
 * Kubernetes objects in a state, one line for each kind: `Deployment flux-system/source-controller,
 * flux-system/helm-controller`.
 */
export function objectsByKind({ resources = [] }: Deployment): string[] {
  const kinds = new Map<string, string[]>();
  for (const { type, inputs = {} } of resources) {
    const { kind, metadata } = inputs as { kind?: unknown; metadata?: { namespace?: unknown; name?: unknown } };
    if (!type.startsWith("kubernetes:") || typeof kind !== "string" || typeof metadata?.name !== "string") continue;
    const name = typeof metadata.namespace === "string" ? `${metadata.namespace}/${metadata.name}` : metadata.name;
    kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  }
  return [...kinds].map(([kind, names]) => `${kind} ${names.sort().join(", ")}`).sort();
}
