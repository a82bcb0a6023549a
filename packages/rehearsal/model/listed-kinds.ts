import { isDerived } from "./noise.js";
import type { Unlisted } from "./revision-state.js";

/**
 * One group of the API server's aggregated discovery.
 *
 * @see https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
export interface DiscoveredGroup {
  readonly metadata?: { readonly name?: string };
  /** The preferred version first. */
  readonly versions: readonly DiscoveredVersion[];
}

interface DiscoveredVersion {
  readonly version: string;
  /** `Stale`: the server of this version does not answer. */
  readonly freshness?: string;
  readonly resources?: readonly DiscoveredResource[];
}

interface DiscoveredResource {
  /** Plural: `deployments`. */
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string };
  readonly verbs: readonly string[];
}

/** A kind and where its objects are listed. */
export interface ListedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly path: string;
  /** Only objects with an owner label of Flux are listed: controllers write most objects of this kind. */
  readonly labelled: boolean;
}

/** Selectors of the objects that Flux applies, by its labels. */
export const ownerSelectors = ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"] as const;

/** Groups by name, with the versions of all parts of the response. */
export function groupsOf(items: readonly DiscoveredGroup[]): DiscoveredGroup[] {
  const groups = new Map<string, DiscoveredGroup>();
  for (const { metadata, versions } of items) {
    const name = metadata?.name ?? "";
    groups.set(name, { metadata: { name }, versions: [...(groups.get(name)?.versions ?? []), ...versions] });
  }
  return [...groups.values()];
}

/**
 * Every kind that a manifest can create, once: in the preferred version of its group, or in the
 * first one that has it. Versions whose server does not answer are returned separately.
 */
export function listedKinds(groups: readonly DiscoveredGroup[]): {
  readonly kinds: readonly ListedKind[];
  readonly unlisted: readonly Unlisted[];
} {
  const kinds = new Map<string, ListedKind>();
  const unlisted: Unlisted[] = [];
  for (const { metadata, versions } of groups) {
    const group = metadata?.name ?? "";
    for (const { version, freshness, resources = [] } of versions) {
      const apiVersion = group === "" ? version : `${group}/${version}`;
      if (freshness === "Stale") unlisted.push({ apiVersion, message: "the server of this API does not answer" });
      for (const { resource, responseKind, verbs } of resources) {
        const kind = responseKind?.kind ?? "";
        const id = `${group}/${kind}`;
        if (kinds.has(id) || !verbs.includes("list") || !verbs.includes("create")) continue;
        const path = `${group === "" ? "/api" : "/apis"}/${apiVersion}/${resource}`;
        kinds.set(id, { apiVersion, kind, path, labelled: isDerived(id) });
      }
    }
  }
  return { kinds: [...kinds.values()], unlisted };
}
