import type { IImageUpdateAutomation } from "@kubernetes-models/flux-cd/image.toolkit.fluxcd.io/v1";
import { Duration } from "cdk8s";
import type { Construct } from "constructs";
import { fluxDuration } from "./flux-duration.js";
import { FluxObject, type FluxObjectProps, type Rendered } from "./flux-object.js";
import { missing, type Reference, referWithKind } from "./reference.js";
import { filled, interval, invalid, matching, optional } from "./validation.js";

type Spec = NonNullable<IImageUpdateAutomation["spec"]>;

/** Properties of an ImageUpdateAutomation. */
export interface ImageUpdateAutomationProps
  extends FluxObjectProps,
    Readonly<Pick<Spec, "policySelector" | "suspend">> {
  /** Repository to which tags are committed; its Secret needs write access. */
  readonly source: Reference<Spec["sourceRef"]["kind"]>;
  /** Branch for the commits. A merge request proposes it for the branch that Flux follows. */
  readonly pushBranch: string;
  /**
   * Push options by name; an empty value is an option without a value. With `merge_request.create`,
   * GitLab opens the merge request.
   *
   * @default none
   * @see https://docs.gitlab.com/topics/git/commit/#push-options-for-merge-requests
   */
  readonly pushOptions?: Readonly<Record<string, string>>;
  /** Author of the commits. */
  readonly author: { readonly name: string; readonly email: string };
  /** Go template of the commit message. @default the template of Flux */
  readonly messageTemplate?: string;
  /** Folder in which tags are updated. @default "./", the whole source */
  readonly path?: string;
  /** Time between two runs. @default ten minutes */
  readonly interval?: Duration;
}

/**
 * Commits the tags that image policies select.
 *
 * @see https://fluxcd.io/flux/components/image/imageupdateautomations/
 */
export class ImageUpdateAutomation extends FluxObject<"ImageUpdateAutomation"> {
  constructor(scope: Construct, id: string, props: ImageUpdateAutomationProps) {
    super(scope, id, props, {
      apiVersion: "image.toolkit.fluxcd.io/v1",
      kind: "ImageUpdateAutomation",
      spec: () => render(this, props),
      validate: () => validationErrors(this, props),
    });
  }
}

function render(self: ImageUpdateAutomation, props: ImageUpdateAutomationProps): Rendered<Spec> {
  const { author, messageTemplate, pushOptions } = props;
  return {
    sourceRef: referWithKind(self, props.source),
    interval: fluxDuration(props.interval ?? Duration.minutes(10)),
    git: {
      commit: { author: { ...author }, ...(messageTemplate !== undefined && { messageTemplate }) },
      push: { branch: props.pushBranch, ...(pushOptions && { options: { ...pushOptions } }) },
    },
    update: { path: props.path ?? "./", strategy: "Setters" },
    policySelector: props.policySelector,
    suspend: props.suspend,
  };
}

function validationErrors(self: ImageUpdateAutomation, props: ImageUpdateAutomationProps): string[] {
  return [
    ...missing(self, "source", props.source),
    ...filled("pushBranch", props.pushBranch, "the name of a branch"),
    ...(props.pushBranch === props.pushOptions?.["merge_request.target"]
      ? invalid("pushBranch", "another branch than the target of its merge request", props.pushBranch)
      : []),
    ...filled("author.name", props.author?.name, "a name"),
    ...matching("author.email", props.author?.email, /^\S+@\S+$/, "an address"),
    ...optional(interval, "interval", props.interval),
  ];
}
