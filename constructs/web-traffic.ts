import { ApiObject, Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import {
  absolutePath,
  annotations,
  filled,
  invalid,
  list,
  matching,
  namespaceName,
  nested,
  objectName,
  oneOf,
  optional,
  wholeNumber,
} from "./validation.js";
import type { Workload } from "./workload.js";

/** Requests for a host that an ingress controller hands to the service. */
export interface IngressOptions {
  /** `shop.example.org`; also `*.example.org`. */
  readonly host: string;
  /** @default "/" */
  readonly path?: string;
  /** @default "Prefix" */
  readonly pathType?: "Prefix" | "Exact" | "ImplementationSpecific";
  /** Name of the IngressClass. @default the cluster's own */
  readonly className?: string;
  /**
   * Secret with the certificate of the host, in the service's namespace.
   *
   * @default none, HTTP only
   */
  readonly tlsSecretName?: string;
  /** Annotations of the Ingress, for its controller or for cert-manager. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Requests that a Gateway hands to the service. */
export interface RouteOptions {
  /** The Gateways that the route is for. */
  readonly parentRefs: readonly ParentReference[];
  /** @default the hosts of the Gateways */
  readonly hostnames?: readonly string[];
  /** Prefix of the paths. @default "/" */
  readonly path?: string;
}

/** A Gateway, or one listener of it. */
export interface ParentReference {
  readonly name: string;
  /** @default the service's namespace */
  readonly namespace?: string;
  /** Name of a listener. @default all of them */
  readonly sectionName?: string;
  /** Port of a listener. @default all of them */
  readonly port?: number;
}

/**
 * Adds the Ingress of a service with a port named `http`.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function addIngress(workload: Workload, options: IngressOptions): void {
  new k8s.KubeIngress(workload, "Ingress", {
    metadata: workload.metadata({ annotations: options.annotations }),
    spec: Lazy.any({ produce: () => renderIngress(workload, options) }),
  });
}

function renderIngress(workload: Workload, options: IngressOptions): k8s.IngressSpec {
  const { host, path, pathType, className, tlsSecretName } = options;
  const backend = { service: { name: workload.name, port: { name: "http" } } };
  return {
    ...(className !== undefined && { ingressClassName: className }),
    rules: [{ host, http: { paths: [{ path: path ?? "/", pathType: pathType ?? "Prefix", backend }] } }],
    ...(tlsSecretName !== undefined && { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
  };
}

/** Adds the HTTPRoute of a service. @see https://gateway-api.sigs.k8s.io/api-types/httproute/ */
export function addRoute(workload: Workload, options: RouteOptions, servicePort: number): void {
  new ApiObject(workload, "HTTPRoute", {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { ...workload.metadata() },
    spec: Lazy.any({
      produce: () => ({
        parentRefs: options.parentRefs.map((parent) => ({ ...parent })),
        ...(options.hostnames && { hostnames: [...options.hostnames] }),
        rules: [
          {
            matches: [{ path: { type: "PathPrefix", value: options.path ?? "/" } }],
            backendRefs: [{ name: workload.name, port: servicePort }],
          },
        ],
      }),
    }),
  });
}

const hostPattern = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function hostName(field: string, value: unknown): string[] {
  return matching(field, value, hostPattern, "a host such as shop.example.org, without scheme and port");
}

/** The validation errors of an Ingress. */
export function ingressErrors(field: string, ingress: IngressOptions): string[] {
  return nested(field, ingress, (options) => [
    ...hostName(`${field}.host`, options.host),
    ...optional(absolutePath, `${field}.path`, options.path),
    ...optional(oneOf(["Prefix", "Exact", "ImplementationSpecific"]), `${field}.pathType`, options.pathType),
    ...optional(objectName, `${field}.className`, options.className),
    ...optional(objectName, `${field}.tlsSecretName`, options.tlsSecretName),
    ...optional(annotations, `${field}.annotations`, options.annotations),
  ]);
}

/** The validation errors of an HTTPRoute. */
export function routeErrors(field: string, route: RouteOptions): string[] {
  return nested(field, route, ({ parentRefs, hostnames, path }) => [
    ...(Array.isArray(parentRefs) && parentRefs.length === 0
      ? invalid(`${field}.parentRefs`, "at least one", parentRefs)
      : list(`${field}.parentRefs`, parentRefs, parentErrors, "a list of Gateways")),
    ...optional((one, value) => list(one, value, hostName, "a list of hosts"), `${field}.hostnames`, hostnames),
    ...optional(absolutePath, `${field}.path`, path),
  ]);
}

function parentErrors(field: string, parent: unknown): string[] {
  const port = (path: string, value: unknown) => wholeNumber(path, value, 1, 65_535);
  return nested(field, parent as ParentReference, ({ name, namespace, sectionName, port: number }) => [
    ...objectName(`${field}.name`, name),
    ...optional(namespaceName, `${field}.namespace`, namespace),
    ...optional((path, value) => filled(path, value, "the name of a listener"), `${field}.sectionName`, sectionName),
    ...optional(port, `${field}.port`, number),
  ]);
}
