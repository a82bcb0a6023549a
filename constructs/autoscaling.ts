import { Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { nested, optional, wholeNumber } from "./validation.js";
import type { Workload } from "./workload.js";

/** Number of pods that follows the use of CPU, within limits. */
export interface Autoscaling {
  /** @default 2 */
  readonly min?: number;
  readonly max: number;
  /** Used share of the requested CPU, over all pods, that is aimed at. @default 80 */
  readonly cpuPercent?: number;
}

/** Fewest pods of an autoscaled workload. */
export function leastPods({ min }: Autoscaling): number {
  return min ?? 2;
}

/** Adds the HorizontalPodAutoscaler of a Deployment. */
export function addAutoscaler(workload: Workload, autoscaling: Autoscaling): void {
  new k8s.KubeHorizontalPodAutoscalerV2(workload, "HorizontalPodAutoscaler", {
    metadata: workload.metadata(),
    spec: Lazy.any({
      produce: (): k8s.HorizontalPodAutoscalerSpecV2 => ({
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: workload.name },
        minReplicas: leastPods(autoscaling),
        maxReplicas: autoscaling.max,
        metrics: [
          {
            type: "Resource",
            resource: {
              name: "cpu",
              target: { type: "Utilization", averageUtilization: autoscaling.cpuPercent ?? 80 },
            },
          },
        ],
      }),
    }),
  });
}

/** The validation errors of autoscaling. */
export function autoscalingErrors(field: string, autoscaling: Autoscaling): string[] {
  const atLeastOne = (path: string, value: unknown) => wholeNumber(path, value, 1);
  return nested(field, autoscaling, ({ min, max, cpuPercent }) => {
    const least = leastPods(autoscaling);
    return [
      ...optional(atLeastOne, `${field}.min`, min),
      ...wholeNumber(`${field}.max`, max, Number.isSafeInteger(least) && least > 0 ? least : 1),
      ...optional(atLeastOne, `${field}.cpuPercent`, cpuPercent),
    ];
  });
}
