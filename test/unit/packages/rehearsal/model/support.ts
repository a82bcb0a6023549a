import { parse } from "yaml";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";
import type { RevisionState } from "../../../../../packages/rehearsal/model/revision-state.js";

/** An object from YAML, as an API server would give it. */
export function object(text: string, uid = "uid"): KubeObject {
  const value = parse(text) as KubeObject;
  return { ...value, metadata: { ...value.metadata, uid } };
}

export function revisionState(snapshot: readonly KubeObject[], more: Partial<RevisionState> = {}): RevisionState {
  return { snapshot, outcomes: [], failing: [], dryRuns: [], ...more };
}

export const applied = `labels: {kustomize.toolkit.fluxcd.io/name: web, kustomize.toolkit.fluxcd.io/namespace: flux-system}`;
