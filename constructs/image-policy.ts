import type { IImagePolicy } from "@kubernetes-models/flux-cd/image.toolkit.fluxcd.io/v1";
import type { Construct } from "constructs";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type Reference, refer } from "./reference.js";
import { invalid } from "./validation.js";

type Spec = NonNullable<IImagePolicy["spec"]>;

/** Properties of an ImagePolicy. */
export interface ImagePolicyProps extends FluxObjectProps, Readonly<Pick<Spec, "filterTags" | "suspend">> {
  readonly repository: Reference<"ImageRepository">;
  /** One of `semver`, `numerical` and `alphabetical`. */
  readonly policy: Readonly<Spec["policy"]>;
}

/**
 * A rule that selects one tag of an image.
 *
 * @see https://fluxcd.io/flux/components/image/imagepolicies/
 */
export class ImagePolicy extends FluxObject<"ImagePolicy"> {
  constructor(scope: Construct, id: string, props: ImagePolicyProps) {
    super(scope, id, props, {
      apiVersion: "image.toolkit.fluxcd.io/v1",
      kind: "ImagePolicy",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
    });
  }
}

function render(self: ImagePolicy, props: ImagePolicyProps): Rendered<Spec> {
  return {
    imageRepositoryRef: refer(self, props.repository),
    policy: { ...props.policy },
    filterTags: props.filterTags,
    suspend: props.suspend,
  };
}

function validationErrors(self: ImagePolicy, props: ImagePolicyProps): string[] {
  const rules = Object.values(props.policy ?? {}).filter((rule) => rule !== undefined);
  return [
    ...missing(self, "repository", props.repository),
    ...(rules.length === 1 ? [] : invalid("policy", "one of semver, numerical and alphabetical", props.policy)),
  ];
}
