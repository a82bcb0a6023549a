import { type Duration, Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { type Autoscaling, addAutoscaler, autoscalingErrors, leastPods } from "./autoscaling.js";
import {
  type AvailabilityProps,
  addDisruptionBudget,
  availabilityErrors,
  knownNumber,
  topologySpread,
} from "./availability.js";
import { type PodParts, podTemplate } from "./pod-template.js";
import { optional, wholeSeconds } from "./validation.js";
import type { Workload, WorkloadProps } from "./workload.js";

/** What every workload that is a Deployment can be given. */
export interface DeploymentProps extends WorkloadProps, AvailabilityProps {
  /**
   * Lets the use of CPU decide how many pods run; `replicas` is not rendered then.
   *
   * @default none
   */
  readonly autoscaling?: Autoscaling;
  /** Time that a new pod must be ready before it counts, in whole seconds. @default none */
  readonly minReady?: Duration;
}

/** Adds a Deployment with its PodDisruptionBudget and its HorizontalPodAutoscaler. */
export function addDeployment(
  workload: Workload,
  props: DeploymentProps,
  parts: () => Pick<PodParts, "port" | "readiness" | "liveness">,
): void {
  const { autoscaling } = props;
  const least = knownNumber(autoscaling ? leastPods(autoscaling) : props.replicas);
  new k8s.KubeDeployment(workload, "Deployment", {
    metadata: workload.metadata(),
    spec: Lazy.any({
      produce: (): k8s.DeploymentSpec => ({
        ...(!autoscaling && { replicas: props.replicas ?? 1 }),
        selector: { matchLabels: { ...workload.selector } },
        ...(props.minReady && { minReadySeconds: props.minReady.toSeconds() }),
        template: podTemplate(props, {
          ...parts(),
          name: workload.name,
          labels: workload.labels,
          topologySpread: topologySpread(workload, props, least),
        }),
      }),
    }),
  });
  if (autoscaling) addAutoscaler(workload, autoscaling);
  addDisruptionBudget(workload, props, least);
}

/** The validation errors of what a Deployment adds to the props of every workload. */
export function deploymentErrors(props: DeploymentProps): string[] {
  return [
    ...availabilityErrors(props),
    ...optional(autoscalingErrors, "autoscaling", props.autoscaling),
    ...optional(wholeSeconds, "minReady", props.minReady),
  ];
}
