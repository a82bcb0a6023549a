import type { IGitRepository } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, filled, interval, objectName, optional } from "./validation.js";

type Spec = NonNullable<IGitRepository["spec"]>;

/** Which repository Flux watches, and how. */
export interface GitRepositoryProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "ignore" | "recurseSubmodules" | "sparseCheckout" | "suspend" | "verify">> {
  /** Address over HTTPS, HTTP or SSH, ending in `.git`: GitLab redirects only some requests to the address without it. */
  readonly url: string;
  /** @default "main" */
  readonly branch?: string;
  /** Time between two looks at the branch; a webhook makes it a fallback. @default one minute */
  readonly interval?: Duration;
  /** Longest time for one clone. @default Flux's own, one minute */
  readonly timeout?: Duration;
  /** Secret with the read credential, in the same namespace. @default none, a public repository */
  readonly secretName?: string;
}

/**
 * A branch of a Git repository that source-controller keeps as an artifact.
 *
 * @see https://fluxcd.io/flux/components/source/gitrepositories/
 */
export class GitRepository extends FluxObject<"GitRepository"> {
  /** One that is made elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"GitRepository"> {
    return named("GitRepository", name, options);
  }

  constructor(scope: Construct, id: string, props: GitRepositoryProps) {
    super(scope, id, props, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      spec: () => render(props),
      faults: () => faults(props),
    });
  }
}

function render(props: GitRepositoryProps): Rendered<Spec> {
  return {
    interval: fluxDuration(props.interval ?? Duration.minutes(1)),
    url: props.url,
    ref: { branch: props.branch ?? "main" },
    secretRef: local(props.secretName),
    timeout: optionalFluxDuration(props.timeout),
    ignore: props.ignore,
    recurseSubmodules: props.recurseSubmodules,
    sparseCheckout: props.sparseCheckout,
    suspend: props.suspend,
    verify: props.verify,
  };
}

function faults(props: GitRepositoryProps): string[] {
  return [
    ...address("url", props.url, /^(https?|ssh):\/\/[^/\s]+\/\S+\.git$/, "https://HOST/PATH.git"),
    ...filled("branch", props.branch ?? "main", "a name"),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
  ];
}
