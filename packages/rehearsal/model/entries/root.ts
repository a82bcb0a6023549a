import { dnsLabel } from "@timonier/kit/dns-name";
import { groupOf, type KubeObject } from "../kube-objects.js";
import type { ScannedDocument, TreeFiles } from "../scan.js";

/** What a cluster begins with: the objects that `flux bootstrap` once applied, or those that stand for them. */
export interface Root {
  /** `clusters/production`; undefined where the tree has no cluster. */
  readonly cluster?: string;
  readonly objects: readonly KubeObject[];
  /** What is taken for granted of it, in sentences. @default nothing */
  readonly simulated?: readonly string[];
  /** `OCIRepository flux-system/flux-system`: sources of other kinds for which a GitRepository of that name stands. @default none */
  readonly artifacts?: readonly string[];
}

/** What is known of a tree beside its files. */
export interface EntryTree {
  readonly documents: readonly ScannedDocument[];
  readonly files: TreeFiles;
  /** Address of the clone's remote. */
  readonly origin?: string | undefined;
  /** Branch that a source follows where nothing says which. */
  readonly branch: string;
}

/** Group of Flux's sources. */
export const SOURCE = "source.toolkit.fluxcd.io";
/** Group of Flux's Kustomizations. */
export const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";

/** Address of a source that stands for this repository and has none of its own. */
const NOWHERE = "https://rehearsal.invalid/tree.git";

/** A source of this repository that no manifest says. */
export function ownSource(metadata: KubeObject["metadata"], branch: string): KubeObject {
  return {
    apiVersion: `${SOURCE}/v1`,
    kind: "GitRepository",
    metadata,
    spec: { interval: "1h", url: NOWHERE, ref: { branch } },
  };
}

/** The Kustomization of a folder that is applied by the source with the same name. */
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

/** Whether a text is a name of an object that can be in a folder's name, too. */
export function isName(text: string): boolean {
  return dnsLabel.test(text);
}

/** Whether a document is what a cluster begins with: a source from Git, or a Kustomization. */
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
