import { Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { type HttpProbe, httpProbe, probeErrors } from "./container-probe.js";
import { oneOf, optional, wholeNumber } from "./validation.js";
import {
  addIngress,
  addRoute,
  type IngressOptions,
  ingressErrors,
  type RouteOptions,
  routeErrors,
} from "./web-traffic.js";
import { Workload } from "./workload.js";
import { addDeployment, type DeploymentProps, deploymentErrors } from "./workload-deployment.js";

/** Which image serves, and who can reach it. */
export interface WebServiceProps extends DeploymentProps {
  /**
   * Port on which the container listens.
   *
   * @default 8080; a program that is not root cannot open 80 everywhere
   */
  readonly port?: number;
  /** Port of the Service. @default 80 */
  readonly servicePort?: number;
  /** @default "ClusterIP" */
  readonly serviceType?: "ClusterIP" | "NodePort" | "LoadBalancer";
  /** Request that a pod must answer to get traffic; `false` for none. @default GET / on the port */
  readonly readiness?: HttpProbe | false;
  /**
   * Request that a pod must answer to go on; `false` for none.
   *
   * @default the request of `readiness`
   */
  readonly liveness?: HttpProbe | false;
  /** Makes the service reachable by a host through an ingress controller. @default none */
  readonly ingress?: IngressOptions;
  /** Makes the service reachable through a Gateway; not together with `ingress`. @default none */
  readonly route?: RouteOptions;
}

/**
 * A program that answers HTTP: a Deployment and a Service and, where its props ask for them, an
 * Ingress or an HTTPRoute, a HorizontalPodAutoscaler and, from 2 replicas, a PodDisruptionBudget.
 *
 * @example
 * new WebService(chart, "shop", {
 *   image: "registry.example.org/shop/web:1.4.2",
 *   replicas: 2,
 *   readiness: { path: "/healthz" },
 *   ingress: { host: "shop.example.org", tlsSecretName: "shop-tls" },
 * });
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/
 */
export class WebService extends Workload {
  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id, props, { component: "web-service", longestName: 63, validate: () => validationErrors(props) });
    addDeployment(this, props, () => {
      const readiness = props.readiness ?? {};
      const liveness = props.liveness ?? readiness;
      return {
        port: { name: "http", number: props.port ?? 8080 },
        readiness: readiness ? httpProbe(readiness) : undefined,
        liveness: liveness ? httpProbe(liveness) : undefined,
      };
    });
    const servicePort = props.servicePort ?? 80;
    new k8s.KubeService(this, "Service", {
      metadata: this.metadata(),
      spec: Lazy.any({
        produce: (): k8s.ServiceSpec => ({
          ...(props.serviceType && { type: props.serviceType }),
          selector: { ...this.selector },
          ports: [{ name: "http", port: servicePort, targetPort: k8s.IntOrString.fromString("http") }],
        }),
      }),
    });
    if (props.ingress) addIngress(this, props.ingress);
    if (props.route) addRoute(this, props.route, servicePort);
  }
}

function validationErrors(props: WebServiceProps): string[] {
  const port = (field: string, value: unknown) => wholeNumber(field, value, 1, 65_535);
  return [
    ...deploymentErrors(props),
    ...optional(port, "port", props.port),
    ...optional(port, "servicePort", props.servicePort),
    ...optional(oneOf(["ClusterIP", "NodePort", "LoadBalancer"]), "serviceType", props.serviceType),
    ...probeErrors("readiness", props.readiness),
    ...probeErrors("liveness", props.liveness),
    ...optional(ingressErrors, "ingress", props.ingress),
    ...optional(routeErrors, "route", props.route),
    ...(props.ingress && props.route ? ["route: expected none together with ingress"] : []),
  ];
}
