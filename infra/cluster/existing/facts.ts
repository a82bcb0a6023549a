import type { ObjectRef } from "@timonier/kit/kube-discovery";

/** What a stack will apply to a cluster that it does not own. */
export interface WantedInCluster {
  /** Folder below `clusters/`; value of the owner annotation. */
  readonly cluster: string;
  /** Flux's own objects. */
  readonly components: readonly ObjectRef[];
  /** The root source and kustomization. */
  readonly sync: readonly ObjectRef[];
  /** URL that the root source follows. */
  readonly url: string;
  /** Path that the root Kustomization applies. */
  readonly path: string;
  /** Secrets with the read tokens. */
  readonly secrets: readonly ObjectRef[];
}

/** What a cluster reports before anything is created in it. */
export interface ClusterFacts {
  /** `https://…` */
  readonly server: string;
  /** UID of namespace kube-system. */
  readonly identity: string;
  /** `v1.36.3` */
  readonly kubernetesVersion: string;
  /** Missing permissions of the kubeconfig's user: `create customresourcedefinitions`. */
  readonly denied: readonly string[];
  /** @default Flux is not installed */
  readonly flux: FluxFacts | undefined;
  /** Names (see refName) of wanted objects that exist and that this stack did not create. */
  readonly preexisting: ReadonlySet<string>;
}

/** An installed Flux. */
export interface FluxFacts {
  readonly namespace: string;
  /** Without `v`. undefined: its Deployments have no version label. */
  readonly version: string | undefined;
  readonly installer: Installer;
  /** URL that the root source follows. undefined: there is no root source. */
  readonly url: string | undefined;
  /** Path that the root Kustomization applies. undefined: there is no root Kustomization. */
  readonly path: string | undefined;
}

/**
 * Who installed it. `this`: this stack; `another`: a stack of another cluster folder; `flux`: the flux command; `tool`:
 * another tool, by its name; `pulumi`: a Pulumi program, possibly this stack's, if the owner annotation was removed.
 */
export type Installer =
  | { readonly kind: "this" }
  | { readonly kind: "another"; readonly cluster: string }
  | { readonly kind: "flux" }
  | { readonly kind: "tool"; readonly tool: string }
  | { readonly kind: "pulumi"; readonly manager: string };
