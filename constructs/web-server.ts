import { imageReference } from "@timonier/kit/image-reference";
import { Duration, Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { Construct } from "constructs";
import { propsFaults } from "./flux-object.js";
import { requireUniqueNames } from "./unique-names.js";
import { fault, matching, objectName, wholeNumber } from "./validation.js";

/** Which image serves, and how many times. */
export interface WebServerProps {
  /** Name of the Deployment. @default the construct's id */
  readonly name?: string;
  /** Name of the container, and value of the label `app` by which the Deployment finds its pods; fixed once applied. */
  readonly app: string;
  /** Image with its tag: `nginx:1.14.2`. */
  readonly image: string;
  /** Number of pods; zero stops it. */
  readonly replicas: number;
  /** Port on which the container listens. @default 80 */
  readonly port?: number;
  /** Time that a new pod must be ready before it counts, in whole seconds. @default none */
  readonly minReady?: Duration;
}

/**
 * Pods of one image that listen on one port, kept at their number by a Deployment.
 *
 * It renders what its props say and nothing else. The Deployment of cdk8s-plus's upper layer adds a security context with a
 * read-only root file system, resource limits and labels of its own, with which stock nginx does not start
 * (docs/decisions/0050); the lower layer, typed from the Kubernetes API, adds nothing.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export class WebServer extends Construct {
  /** `metadata.name` of the Deployment. */
  readonly name: string;
  /** Labels of the pods, for a Service's selector. */
  readonly podLabels: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: WebServerProps) {
    super(scope, id);
    this.name = props.name ?? id;
    this.podLabels = { app: props.app };
    new k8s.KubeDeployment(this, "Resource", {
      metadata: { name: this.name },
      // Late, so that a fault in a prop is reported by validation and not by whatever trips over it first.
      spec: Lazy.any({ produce: () => render(props) }),
    });
    this.node.addValidation({
      validate: () => propsFaults(props, () => [...objectName("name", this.name), ...faults(props)]),
    });
    requireUniqueNames(this);
  }
}

function render(props: WebServerProps): k8s.DeploymentSpec {
  const labels = { app: props.app };
  return {
    replicas: props.replicas,
    selector: { matchLabels: labels },
    ...(props.minReady && { minReadySeconds: props.minReady.toSeconds() }),
    template: {
      metadata: { labels },
      spec: {
        containers: [{ name: props.app, image: props.image, ports: [{ containerPort: props.port ?? 80 }] }],
      },
    },
  };
}

function faults(props: WebServerProps): string[] {
  return [
    ...matching("app", props.app, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'at most 63 letters, digits and "-"'),
    ...matching("image", props.image, image, "an image with its tag, NAME:TAG"),
    ...wholeNumber("replicas", props.replicas, 0),
    ...wholeNumber("port", props.port ?? 80, 1, 65_535),
    ...wholeSeconds("minReady", props.minReady ?? Duration.seconds(0)),
  ];
}

/** With a tag or a digest: without one, what runs would change without a merge. */
const image = new RegExp(`^(?=.*(:[^/@]+|@[^/]+)$)${imageReference.slice(1)}`);

function wholeSeconds(field: string, value: unknown): string[] {
  if (!(value instanceof Duration)) return fault(field, "a cdk8s Duration such as Duration.seconds(5)", value);
  const seconds = value.toSeconds({ integral: false });
  return Number.isSafeInteger(seconds) ? [] : fault(field, "whole seconds", `${seconds}s`);
}
