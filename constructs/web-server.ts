import { dnsLabel } from "@timonier/kit/dns-name";
import { Duration, Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { Construct } from "constructs";
import { type Image, imageReferenceOf, markImage } from "./automated-image.js";
import { propsErrors } from "./flux-object.js";
import { requireUniqueNames } from "./unique-names.js";
import { imageWithTag, matching, objectName, wholeNumber, wholeSeconds } from "./validation.js";

/** Properties of a WebServer. */
export interface WebServerProps {
  /** Name of the Deployment. @default the construct's id */
  readonly name?: string;
  /**
   * Name of the container, and value of the label `app` that selects the pods; it cannot change
   * after the first apply.
   */
  readonly app: string;
  /** Image with its tag, `nginx:1.14.2`, or one that automation owns. */
  readonly image: Image;
  /** Number of pods; zero is allowed. */
  readonly replicas: number;
  /** Port of the container. @default 80 */
  readonly port?: number;
  /** Time for which a new pod must be ready before it counts as available, in whole seconds. @default none */
  readonly minReady?: Duration;
}

/**
 * A Deployment of one image that listens on one port.
 *
 * It renders only its properties. The Deployment class of cdk8s-plus adds a security context with a
 * read-only root file system, resource limits and labels, with which the stock nginx image does not
 * start (docs/decisions/0050). The lower layer of cdk8s-plus, typed from the Kubernetes API, adds
 * nothing.
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
      // Rendered after validation, so that a wrong property is reported as a validation error.
      spec: Lazy.any({ produce: () => render(props) }),
    });
    this.node.addValidation({
      validate: () => propsErrors(props, () => [...objectName("name", this.name), ...validationErrors(props)]),
    });
    markImage(this, props.image);
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
        containers: [
          { name: props.app, image: imageReferenceOf(props.image), ports: [{ containerPort: props.port ?? 80 }] },
        ],
      },
    },
  };
}

function validationErrors(props: WebServerProps): string[] {
  return [
    ...matching("app", props.app, dnsLabel, 'at most 63 letters, digits and "-"'),
    ...imageWithTag("image", imageReferenceOf(props.image)),
    ...wholeNumber("replicas", props.replicas, 0),
    ...wholeNumber("port", props.port ?? 80, 1, 65_535),
    ...wholeSeconds("minReady", props.minReady ?? Duration.seconds(0)),
  ];
}
