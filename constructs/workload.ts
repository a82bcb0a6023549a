import { Chart } from "cdk8s";
import type { k8s } from "cdk8s-plus-27";
import { Construct } from "constructs";
import { markImage } from "./automated-image.js";
import { propsErrors } from "./flux-object.js";
import { type PodProps, podErrors } from "./pod-template.js";
import { requireUniqueNames } from "./unique-names.js";
import { annotations, invalid, labels, matching, namespaceName, optional } from "./validation.js";

/** What every workload can be given. */
export interface WorkloadProps extends PodProps {
  /** Name of every object of the workload. @default the construct's id */
  readonly name?: string;
  /** @default the chart's namespace */
  readonly namespace?: string;
  /** Further labels of every object; pods have them too. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Annotations of every object; pods do not have them. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What makes one kind of workload. */
export interface WorkloadKind {
  /** Value of the label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Longest name from which Kubernetes can make the names of pods and Services. */
  readonly longestName: number;
  /** The validation errors of the props that this kind adds, as `field: expected …, got …`. */
  readonly validate: () => string[];
}

const nameLabel = "app.kubernetes.io/name";
const componentLabel = "app.kubernetes.io/component";

/**
 * Pods of one image with safe defaults, and the objects around them.
 *
 * Nothing throws while the tree is built: validation reports every error at once with the
 * construct's path, and the manifests are rendered after that.
 */
export abstract class Workload extends Construct {
  /** `metadata.name` of every object. */
  readonly name: string;
  /** `metadata.namespace`. @default undefined where neither the props nor the chart say one */
  readonly namespace: string | undefined;
  /**
   * Labels by which selectors find the pods. The component is one of them: a job and a service of
   * the same name do not get each other's pods.
   */
  readonly selector: Readonly<Record<string, string>>;
  /** Labels of every object and of the pods. */
  readonly labels: Readonly<Record<string, string>>;
  readonly #annotations: Readonly<Record<string, string>> | undefined;

  protected constructor(scope: Construct, id: string, props: WorkloadProps, kind: WorkloadKind) {
    super(scope, id);
    this.name = props.name ?? id;
    this.namespace = props.namespace ?? Chart.of(this).namespace;
    this.selector = { [nameLabel]: this.name, [componentLabel]: kind.component };
    this.labels = { ...props.labels, ...this.selector };
    this.#annotations = props.annotations;
    this.node.addValidation({
      validate: () =>
        propsErrors(props, () => [
          ...workloadName("name", this.name, kind.longestName),
          ...optional(namespaceName, "namespace", this.namespace),
          ...optional(ownLabels, "labels", props.labels),
          ...optional(annotations, "annotations", props.annotations),
          ...podErrors(props),
          ...kind.validate(),
        ]),
    });
    markImage(this, props.image);
    requireUniqueNames(this);
  }

  /** `metadata` of an object of this workload. */
  metadata(own: { readonly annotations?: Readonly<Record<string, string>> | undefined } = {}): k8s.ObjectMeta {
    const annotated = { ...this.#annotations, ...own.annotations };
    return {
      name: this.name,
      ...(this.namespace !== undefined && { namespace: this.namespace }),
      labels: { ...this.labels },
      ...(Object.keys(annotated).length > 0 && { annotations: annotated }),
    };
  }
}

/** Checks a name that is also the name of a Service or the first part of the names of pods. */
function workloadName(field: string, value: unknown, longest: number): string[] {
  const expected = `at most ${longest} lower-case letters, digits and "-", a letter first`;
  return typeof value === "string" && value.length > longest
    ? invalid(field, expected, value)
    : matching(field, value, /^[a-z]([-a-z0-9]*[a-z0-9])?$/, expected);
}

function ownLabels(field: string, value: object): string[] {
  const reserved = [nameLabel, componentLabel].filter((key) => Object.hasOwn(Object(value), key));
  return [
    ...reserved.map((key) => `${field}.${key}: expected none: the construct sets it, and selectors need its value`),
    ...labels(field, value),
  ];
}
