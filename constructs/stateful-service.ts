import { Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import {
  type AvailabilityProps,
  addDisruptionBudget,
  availabilityErrors,
  knownNumber,
  topologySpread,
} from "./availability.js";
import { type ProbeTiming, probeErrors, tcpProbe } from "./container-probe.js";
import { amountOfBytes, quantity } from "./container-resources.js";
import { podTemplate, writableFolders } from "./pod-template.js";
import {
  absolutePath,
  flag,
  invalid,
  matching,
  nested,
  objectName,
  oneOf,
  optional,
  wholeNumber,
} from "./validation.js";
import { Workload, type WorkloadProps } from "./workload.js";

const accessModes = ["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany", "ReadOnlyMany"] as const;

/** The volume that each pod gets and keeps. Kubernetes refuses later changes of all of it. */
export interface StatefulVolume {
  /** `"10Gi"`. */
  readonly size: string;
  /** Folder of the container that the volume is. */
  readonly mountPath: string;
  /** @default "data" */
  readonly name?: string;
  /** @default the cluster's own */
  readonly storageClassName?: string;
  /** @default "ReadWriteOnce" */
  readonly accessMode?: (typeof accessModes)[number];
}

/** Which image runs, and what it keeps. */
export interface StatefulServiceProps extends WorkloadProps, AvailabilityProps {
  /** Port on which the container listens. */
  readonly port: number;
  readonly volume: StatefulVolume;
  /**
   * Connection that a pod must accept before the next one is updated; `false` for none.
   *
   * @default to the port
   */
  readonly readiness?: ProbeTiming | false;
  /**
   * Gives a pod its name in DNS before it is ready, as members of a cluster need to find each
   * other.
   *
   * @default false
   */
  readonly publishNotReadyAddresses?: boolean;
}

/**
 * A program that keeps data, such as a database: a StatefulSet whose pods have names and a volume
 * each, its headless Service and, from 2 replicas, a PodDisruptionBudget. The volumes stay when it
 * is deleted.
 *
 * @example
 * new StatefulService(chart, "cache", {
 *   image: "docker.io/valkey/valkey:8.1.3",
 *   port: 6379,
 *   volume: { size: "10Gi", mountPath: "/data" },
 * });
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export class StatefulService extends Workload {
  constructor(scope: Construct, id: string, props: StatefulServiceProps) {
    // The label controller-revision-hash holds the name and 11 more characters.
    super(scope, id, props, {
      component: "stateful-service",
      longestName: 52,
      validate: () => validationErrors(props),
    });
    new k8s.KubeStatefulSet(this, "StatefulSet", {
      metadata: this.metadata(),
      spec: Lazy.any({ produce: () => renderStatefulSet(this, props) }),
    });
    new k8s.KubeService(this, "Service", {
      metadata: this.metadata(),
      spec: Lazy.any({ produce: () => renderService(this, props) }),
    });
    addDisruptionBudget(this, props, knownNumber(props.replicas));
  }
}

function renderStatefulSet(self: StatefulService, props: StatefulServiceProps): k8s.StatefulSetSpec {
  const { size, mountPath, name = "data", storageClassName, accessMode } = props.volume;
  const readiness = props.readiness ?? {};
  return {
    serviceName: self.name,
    replicas: props.replicas ?? 1,
    selector: { matchLabels: { ...self.selector } },
    template: podTemplate(
      { ...props, security: { fsGroup: 1000, ...props.security } },
      {
        name: self.name,
        labels: self.labels,
        port: { name: "tcp", number: props.port },
        readiness: readiness ? tcpProbe("tcp", readiness) : undefined,
        volumeMounts: [{ name, mountPath }],
        topologySpread: topologySpread(self, props, knownNumber(props.replicas)),
      },
    ),
    volumeClaimTemplates: [
      {
        // Without the labels of props: Kubernetes rejects a change of the template.
        metadata: { name, labels: { ...self.selector } },
        spec: {
          accessModes: [accessMode ?? "ReadWriteOnce"],
          ...(storageClassName !== undefined && { storageClassName }),
          resources: { requests: { storage: quantity(size) } },
        },
      },
    ],
  };
}

function renderService(self: StatefulService, props: StatefulServiceProps): k8s.ServiceSpec {
  return {
    clusterIp: "None",
    selector: { ...self.selector },
    ports: [{ name: "tcp", port: props.port, targetPort: k8s.IntOrString.fromString("tcp") }],
    ...(props.publishNotReadyAddresses !== undefined && { publishNotReadyAddresses: props.publishNotReadyAddresses }),
  };
}

function validationErrors(props: StatefulServiceProps): string[] {
  return [
    ...availabilityErrors(props),
    ...wholeNumber("port", props.port, 1, 65_535),
    ...nested("volume", props.volume, (volume) => volumeErrors(volume, writableFolders(props))),
    ...probeErrors("readiness", props.readiness),
    ...optional(flag, "publishNotReadyAddresses", props.publishNotReadyAddresses),
  ];
}

function volumeErrors(volume: StatefulVolume, folders: readonly string[]): string[] {
  const { size, mountPath, name, storageClassName, accessMode } = volume;
  return [
    ...amountOfBytes("volume.size", size),
    ...(Array.isArray(folders) && folders.includes(mountPath)
      ? invalid("volume.mountPath", "a folder that is not one of writableFolders", mountPath)
      : absolutePath("volume.mountPath", mountPath)),
    ...optional(volumeName, "volume.name", name),
    ...optional(objectName, "volume.storageClassName", storageClassName),
    ...optional(oneOf(accessModes), "volume.accessMode", accessMode),
  ];
}

/** The volumes of `writableFolders` are named `writable-NUMBER`. */
function volumeName(field: string, value: unknown): string[] {
  const pattern = /^(?!writable-)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
  return matching(
    field,
    value,
    pattern,
    'at most 63 lower-case letters, digits and "-", and not writable-…, which names the other volumes',
  );
}
