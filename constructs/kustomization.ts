import type { IKustomization } from "@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration, optionalFluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type NamedOptions, named, type Reference, refer, referWithKind } from "./reference.js";
import { interval, labelledName, matching, namespaceName, optional } from "./validation.js";

type Spec = NonNullable<IKustomization["spec"]>;
type PostBuild = NonNullable<Spec["postBuild"]>;

/** Fields that are passed to Flux unchanged. */
type Plain =
  | "commonMetadata"
  | "components"
  | "decryption"
  | "deletionPolicy"
  | "force"
  | "healthCheckExprs"
  | "healthChecks"
  | "images"
  | "kubeConfig"
  | "patches"
  | "serviceAccountName"
  | "suspend"
  | "targetNamespace"
  | "wait";

/** Source of the files of a Kustomization. */
export type KustomizationSource = Reference<Spec["sourceRef"]["kind"]>;

/** Properties of a Kustomization. */
export interface KustomizationProps extends FluxObjectProps, Readonly<Pick<Spec, Plain>> {
  /**
   * The GitRepository, OCIRepository or Bucket, or a reference by name:
   * `GitRepository.named("myappsource")`.
   */
  readonly source: KustomizationSource;
  /** Folder inside the source: `./infra`. @default "./", the whole source */
  readonly path?: string;
  /**
   * Deletes objects that are no longer in the folder. (`flux create kustomization` has the default
   * false.)
   *
   * @default true
   */
  readonly prune?: boolean;
  /** Time between two checks for drift; a new revision is applied at once. @default ten minutes */
  readonly interval?: Duration;
  /** Time until a failed attempt is repeated. @default the interval */
  readonly retryInterval?: Duration;
  /** Timeout of applying and of the health checks. @default the interval */
  readonly timeout?: Duration;
  /** Kustomizations that must be Ready first. @default none */
  readonly dependsOn?: ReadonlyArray<Reference<"Kustomization">>;
  /** Values for `${NAME}` in the manifests. @default none, and `${…}` is not replaced */
  readonly substitute?: Readonly<Record<string, string>>;
  /** ConfigMaps and Secrets with further values, in the same namespace. @default none */
  readonly substituteFrom?: NonNullable<PostBuild["substituteFrom"]>;
}

/**
 * A folder of a source that kustomize-controller applies to the cluster, and whose drift it corrects.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export class Kustomization extends FluxObject<"Kustomization"> {
  /** A reference by name to an object elsewhere in this app, or outside of it with `external`. */
  static named(name: string, options?: NamedOptions): Reference<"Kustomization"> {
    return named("Kustomization", name, options);
  }

  constructor(scope: Construct, id: string, props: KustomizationProps) {
    super(scope, id, props, {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
    });
  }
}

function render(self: Kustomization, props: KustomizationProps): Rendered<Spec> {
  return {
    sourceRef: referWithKind(self, props.source),
    path: props.path ?? "./",
    prune: props.prune ?? true,
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    retryInterval: optionalFluxDuration(props.retryInterval),
    timeout: optionalFluxDuration(props.timeout),
    dependsOn: props.dependsOn?.map((other) => refer(self, other)),
    postBuild: postBuild(props),
    commonMetadata: props.commonMetadata,
    components: props.components,
    decryption: props.decryption,
    deletionPolicy: props.deletionPolicy,
    force: props.force,
    healthCheckExprs: props.healthCheckExprs,
    healthChecks: props.healthChecks,
    images: props.images,
    kubeConfig: props.kubeConfig,
    patches: props.patches,
    serviceAccountName: props.serviceAccountName,
    suspend: props.suspend,
    targetNamespace: props.targetNamespace,
    wait: props.wait,
  };
}

function postBuild({ substitute, substituteFrom }: KustomizationProps): PostBuild | undefined {
  if (!substitute && !substituteFrom) return undefined;
  return { ...(substitute && { substitute: { ...substitute } }), ...(substituteFrom && { substituteFrom }) };
}

function validationErrors(self: Kustomization, props: KustomizationProps): string[] {
  const dependencies = props.dependsOn ?? [];
  return [
    ...labelledName("name", self.name),
    ...missing(self, "source", props.source),
    ...matching("path", props.path ?? "./", /^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, "a folder inside the source, ./FOLDER"),
    ...optional(interval, "interval", props.interval),
    ...optional(interval, "retryInterval", props.retryInterval),
    ...optional(interval, "timeout", props.timeout),
    ...optional(namespaceName, "targetNamespace", props.targetNamespace),
    ...dependencies.flatMap((other, index) => missing(self, `dependsOn[${index}]`, other)),
    ...Object.keys(props.substitute ?? {}).flatMap((name) =>
      matching(`substitute.${name}`, name, /^[_A-Za-z][_A-Za-z0-9]*$/, "a name of letters, digits and _"),
    ),
    ...(props.wait && props.healthChecks?.length
      ? ["healthChecks: expected none together with wait, because Flux then checks all objects and ignores the list"]
      : []),
  ];
}
