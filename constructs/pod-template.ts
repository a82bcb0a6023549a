import type { Duration } from "cdk8s";
import type { k8s } from "cdk8s-plus-27";
import { type Image, imageReferenceOf } from "./automated-image.js";
import { type ContainerResources, renderResources, resourceErrors } from "./container-resources.js";
import { defined } from "./defined.js";
import { type EnvironmentVariables, environmentErrors, renderEnvironment } from "./environment-variables.js";
import { containerSecurityContext, type PodSecurity, podSecurityContext, securityErrors } from "./pod-security.js";
import {
  absolutePath,
  flag,
  imageWithTag,
  invalid,
  list,
  nested,
  objectName,
  optional,
  texts,
  wholeSeconds,
} from "./validation.js";

/** The one container of a pod, and what it may do and use. */
export interface PodProps {
  /** Image with its tag or digest, `registry.example.org/team/shop:1.4.2`, or one that automation owns. */
  readonly image: Image;
  /** Program that replaces the image's entrypoint. @default the image's */
  readonly command?: readonly string[];
  /** @default the image's */
  readonly args?: readonly string[];
  /**
   * Variables by name, as text or by reference to a key of a Secret or a ConfigMap.
   *
   * @default none
   */
  readonly environment?: EnvironmentVariables;
  /** @default requests of 100m CPU and 128Mi of memory, and a memory limit of the same size */
  readonly resources?: ContainerResources;
  /** @default what the `restricted` standard asks for, and a read-only root file system */
  readonly security?: PodSecurity;
  /** Folders that the container may write to, empty at each start. @default ["/tmp"] */
  readonly writableFolders?: readonly string[];
  /** Secrets with the credentials of private registries. @default none */
  readonly imagePullSecrets?: readonly string[];
  /** @default the namespace's own, `default` */
  readonly serviceAccountName?: string;
  /** Gives the pod a token for the Kubernetes API. @default false */
  readonly automountServiceAccountToken?: boolean;
  /** Time between the request to end and the kill. @default 30 seconds, from Kubernetes */
  readonly terminationGracePeriod?: Duration;
}

/** What a construct adds to the pods that its props describe. */
export interface PodParts {
  /** Name of the container. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** @default none */
  readonly port?: { readonly name: string; readonly number: number } | undefined;
  readonly readiness?: k8s.Probe | undefined;
  readonly liveness?: k8s.Probe | undefined;
  /** Volumes of a StatefulSet's claim templates. @default none */
  readonly volumeMounts?: readonly k8s.VolumeMount[];
  /** @default none */
  readonly topologySpread?: k8s.TopologySpreadConstraint | undefined;
  /** @default "Always", from Kubernetes */
  readonly restartPolicy?: "Never" | "OnFailure";
}

/** Folders that a pod may write to. */
export function writableFolders({ writableFolders }: Pick<PodProps, "writableFolders">): readonly string[] {
  return writableFolders ?? ["/tmp"];
}

/** The pods of a workload: one container with safe defaults. */
export function podTemplate(props: PodProps, parts: PodParts): k8s.PodTemplateSpec {
  const folders = writableFolders(props);
  const volumes = folders.map((_, index) => ({ name: volumeName(index), emptyDir: {} }));
  return {
    metadata: { labels: { ...parts.labels } },
    spec: defined<k8s.PodSpec>({
      automountServiceAccountToken: props.automountServiceAccountToken ?? false,
      serviceAccountName: props.serviceAccountName,
      imagePullSecrets: props.imagePullSecrets?.map((name) => ({ name })),
      securityContext: podSecurityContext(props.security ?? {}),
      containers: [container(props, parts, folders)],
      volumes: volumes.length > 0 ? volumes : undefined,
      topologySpreadConstraints: parts.topologySpread && [parts.topologySpread],
      terminationGracePeriodSeconds: props.terminationGracePeriod?.toSeconds(),
      restartPolicy: parts.restartPolicy,
    }),
  };
}

function container(props: PodProps, parts: PodParts, folders: readonly string[]): k8s.Container {
  const { port, volumeMounts = [] } = parts;
  const mounts = [...volumeMounts, ...folders.map((mountPath, index) => ({ name: volumeName(index), mountPath }))];
  return defined<k8s.Container>({
    name: parts.name,
    image: imageReferenceOf(props.image),
    command: props.command && [...props.command],
    args: props.args && [...props.args],
    env: props.environment && renderEnvironment(props.environment),
    ports: port && [{ name: port.name, containerPort: port.number }],
    resources: renderResources(props.resources ?? {}),
    securityContext: containerSecurityContext(props.security ?? {}),
    readinessProbe: parts.readiness,
    livenessProbe: parts.liveness,
    volumeMounts: mounts.length > 0 ? mounts : undefined,
  });
}

function volumeName(index: number): string {
  return `writable-${index}`;
}

/** The validation errors of the props of a pod. */
export function podErrors(props: PodProps): string[] {
  return [
    ...imageWithTag("image", imageReferenceOf(props.image)),
    ...optional(texts, "command", props.command),
    ...optional(texts, "args", props.args),
    ...optional(environmentErrors, "environment", props.environment),
    ...optional(
      (field, value) => nested(field, value, (resources) => resourceErrors(field, resources)),
      "resources",
      props.resources,
    ),
    ...optional(
      (field, value) => nested(field, value, (security) => securityErrors(field, security)),
      "security",
      props.security,
    ),
    ...optional(folders, "writableFolders", props.writableFolders),
    ...optional(
      (field, value) => list(field, value, objectName, "a list of Secrets"),
      "imagePullSecrets",
      props.imagePullSecrets,
    ),
    ...optional(objectName, "serviceAccountName", props.serviceAccountName),
    ...optional(flag, "automountServiceAccountToken", props.automountServiceAccountToken),
    ...optional(wholeSeconds, "terminationGracePeriod", props.terminationGracePeriod),
  ];
}

function folders(field: string, value: readonly unknown[]): string[] {
  const one = (path: string, folder: unknown) => {
    const twice = value.filter((other) => other === folder).length > 1;
    return twice ? invalid(path, "a folder that is not in the list twice", folder) : absolutePath(path, folder);
  };
  return list(field, value, one, "a list of folders");
}
