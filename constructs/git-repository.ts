import type { IGitRepository } from "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { local, type NamedOptions, named, type Reference } from "./reference.js";
import { address, filled, interval, matching, objectName, optional } from "./validation.js";

type Spec = NonNullable<IGitRepository["spec"]>;

/** Properties of a GitRepository. */
export interface GitRepositoryProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "ignore" | "recurseSubmodules" | "sparseCheckout" | "suspend" | "verify">> {
  /** HTTPS, HTTP or SSH URL that ends in `.git`, because GitLab does not redirect all requests without it. */
  readonly url: string;
  /** @default "main"; with a commit, every branch is searched for it */
  readonly branch?: string;
  /** Commit to stay at, 40 hexadecimal digits. @default the head of the branch */
  readonly commit?: string;
  /** Time between two reads of the branch; with a webhook only a fallback. @default one minute */
  readonly interval?: Duration;
  /** Longest time for one clone. @default one minute, as in Flux */
  readonly timeout?: Duration;
  /** Secret with the read credential, in the same namespace. @default none, a public repository */
  readonly secretName?: string;
}

/**
 * A source of the files of a branch in a Git repository.
 *
 * @see https://fluxcd.io/flux/components/source/gitrepositories/
 */
export class GitRepository extends FluxObject<"GitRepository"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"GitRepository"> {
    return named("GitRepository", name, options);
  }

  constructor(scope: Construct, id: string, props: GitRepositoryProps) {
    super(scope, id, props, {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      spec: () => render(props),
      validate: () => validationErrors(props),
    });
  }
}

function render(props: GitRepositoryProps): Rendered<Spec> {
  return {
    interval: fluxDuration(props.interval ?? Duration.minutes(1)),
    url: props.url,
    ref: refOf(props),
    secretRef: local(props.secretName),
    timeout: optionalFluxDuration(props.timeout),
    ignore: props.ignore,
    recurseSubmodules: props.recurseSubmodules,
    sparseCheckout: props.sparseCheckout,
    suspend: props.suspend,
    verify: props.verify,
  };
}

function refOf({ branch, commit }: GitRepositoryProps): NonNullable<Spec["ref"]> {
  return commit === undefined ? { branch: branch ?? "main" } : { ...(branch !== undefined && { branch }), commit };
}

function commitId(field: string, value: unknown): string[] {
  return matching(field, value, /^[0-9a-f]{40}$/, "the 40 digits of a commit");
}

function validationErrors(props: GitRepositoryProps): string[] {
  return [
    ...address("url", props.url, /^(https?|ssh):\/\/[^/\s]+\/\S+\.git$/, "https://HOST/PATH.git"),
    ...filled("branch", props.branch ?? "main", "a name"),
    ...optional(commitId, "commit", props.commit),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(objectName, "secretName", props.secretName),
  ];
}
