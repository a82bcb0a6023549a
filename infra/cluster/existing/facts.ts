import type { ObjectRef } from "@timonier/kit/kube-discovery";

/** What a stack is about to do in a cluster that it does not own. */
export interface WantedInCluster {
  /** Folder below `clusters/`: what the stack makes is marked with it. */
  readonly cluster: string;
  /** Objects of Flux itself. */
  readonly components: readonly ObjectRef[];
  /** The root source and kustomization. */
  readonly sync: readonly ObjectRef[];
  /** What the root source follows. */
  readonly url: string;
  /** What the root kustomization applies. */
  readonly path: string;
  /** Secrets with the read tokens. */
  readonly secrets: readonly ObjectRef[];
}

/** What a cluster told. */
export interface ClusterFacts {
  /** `https://…` */
  readonly server: string;
  /** UID of namespace kube-system. */
  readonly identity: string;
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
  /** What the kubeconfig's user may not do: `create customresourcedefinitions`. */
  readonly denied: readonly string[];
  /** Flux, as it is there. undefined: it is not. */
  readonly flux: FluxFacts | undefined;
  /** Names (see refName) of the wanted objects that are there and that this stack did not make. */
  readonly preexisting: ReadonlySet<string>;
}

/** A Flux that is there. */
export interface FluxFacts {
  readonly namespace: string;
  /** Without `v`. undefined: it does not tell. */
  readonly version: string | undefined;
  readonly maker: Maker;
  /** What the root source follows. undefined: there is none. */
  readonly url: string | undefined;
  /** What the root kustomization applies. undefined: there is none. */
  readonly path: string | undefined;
}

/**
 * Who installed it. `this`: this stack; `another`: a stack of another cluster folder; `flux`: Flux's own command; `tool`:
 * another tool, by its name; `pulumi`: some Pulumi program, this stack's not excluded, since the mark may have been removed.
 */
export type Maker =
  | { readonly kind: "this" }
  | { readonly kind: "another"; readonly cluster: string }
  | { readonly kind: "flux" }
  | { readonly kind: "tool"; readonly tool: string }
  | { readonly kind: "pulumi"; readonly manager: string };
