import { dnsLabel } from "@timonier/kit/dns-name";
import { groupOf, type KubeObject } from "../kube-objects.js";
import type { ScannedDocument, TreeFiles } from "../scan.js";

/** The first objects of a cluster: those that `flux bootstrap` applied, or replacements for them. */
export interface Root {
  /** `clusters/production`; undefined for a tree without a cluster. */
  readonly cluster?: string;
  readonly objects: readonly KubeObject[];
  /** Texts about what is assumed. @default nothing */
  readonly simulated?: readonly string[];
  /**
   * `OCIRepository flux-system/flux-system`: sources of other kinds that a GitRepository of the
   * same name replaces.
   *
   * @default none
   */
  readonly artifacts?: readonly string[];
}

/** A tree and its repository. */
export interface EntryTree {
  readonly documents: readonly ScannedDocument[];
  readonly files: TreeFiles;
  /** URL of the clone's remote. */
  readonly origin?: string | undefined;
  /** Branch that a source follows by default. */
  readonly branch: string;
}

/** Group of Flux's sources. */
export const SOURCE = "source.toolkit.fluxcd.io";
/** Group of Flux's Kustomizations. */
export const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";

/** URL of a source of this repository when the URL is not known. */
const NOWHERE = "https://rehearsal.invalid/tree.git";

/** A source of this repository that no manifest defines. */
export function ownSource(metadata: KubeObject["metadata"], branch: string): KubeObject {
  return {
    apiVersion: `${SOURCE}/v1`,
    kind: "GitRepository",
    metadata,
    spec: { interval: "1h", url: NOWHERE, ref: { branch } },
  };
}

/** The Kustomization of a folder, with a source of the same name. */
export function kustomizationOf(
  metadata: { readonly name: string; readonly namespace: string },
  path: string,
  targetNamespace?: string,
): KubeObject {
  return {
    apiVersion: `${KUSTOMIZE}/v1`,
    kind: "Kustomization",
    metadata,
    spec: {
      interval: "1h",
      path,
      prune: true,
      sourceRef: { kind: "GitRepository", name: metadata.name },
      ...(targetNamespace && { targetNamespace }),
    },
  };
}

/** Whether a text is a valid name of an object and of a folder. */
export function isName(text: string): boolean {
  return dnsLabel.test(text);
}

/** Whether a document can be a root object: a source from Git or a Kustomization. */
export function isFluxKind({ kind, apiVersion }: ScannedDocument): boolean {
  const group = groupOf(apiVersion);
  return (kind === "GitRepository" && group === SOURCE) || (kind === "Kustomization" && group === KUSTOMIZE);
}

/** Whether an object is a source from Git. */
export function isGitRepository({ kind, apiVersion }: KubeObject): boolean {
  return kind === "GitRepository" && groupOf(apiVersion) === SOURCE;
}

/** Whether an object is a Kustomization of Flux. */
export function isKustomization({ kind, apiVersion }: KubeObject): boolean {
  return kind === "Kustomization" && groupOf(apiVersion) === KUSTOMIZE;
}
