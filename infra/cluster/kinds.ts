import { stackToolNames, type ToolName } from "@timonier/toolchain/tools";
import { z } from "zod";
import type { ClusterKind } from "./cluster-kind.js";
import { eksKind } from "./eks/kind.js";
import { embeddedKind } from "./embedded/kind.js";
import { existingKind } from "./existing/kind.js";
import { minikubeKind } from "./minikube/kind.js";

/** Every kind of cluster, by the value of the setting `cluster`. The only list of them. */
export const clusterKinds = {
  embedded: embeddedKind,
  existing: existingKind,
  eks: eksKind,
  minikube: minikubeKind,
} as const;

/** Name of a kind. */
export type ClusterKindName = keyof typeof clusterKinds;

/** In the order of the table. */
export const clusterKindNames = Object.keys(clusterKinds) as [ClusterKindName, ...ClusterKindName[]];

/** Which cluster. `name`: its folder below `clusters/` in the setup repository, and part of its tokens' names. */
export type ClusterConfig = ReturnType<(typeof clusterKinds)[ClusterKindName]["config"]>;

/** The settings of every kind: a stack's settings are checked together, whatever its kind. */
export const clusterSettings = z.object({
  ...embeddedKind.settings.shape,
  ...existingKind.settings.shape,
  ...eksKind.settings.shape,
  ...minikubeKind.settings.shape,
});

/** The kind of a configured cluster. */
export function kindOf({ kind }: Pick<ClusterConfig, "kind">): ClusterKind<never, ClusterConfig> {
  return clusterKinds[kind];
}

/** Every tool that a stack of a kind runs: no stack waits for the tools of another kind. */
export function toolNamesOf(kind: ClusterKindName, { imageAutomation = false } = {}): readonly ToolName[] {
  const { tools, imageTools = [] }: Pick<ClusterKind<never, never>, "tools" | "imageTools"> = clusterKinds[kind];
  return [...stackToolNames, ...tools, ...(imageAutomation ? imageTools : [])];
}
