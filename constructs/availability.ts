import { Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { filled, flag, matching, nested, oneOf, optional, wholeNumber } from "./validation.js";
import type { Workload } from "./workload.js";

/** How many pods run, and how they survive the loss of a node. */
export interface AvailabilityProps {
  /** Number of pods; zero stops the workload. @default 1 */
  readonly replicas?: number;
  /**
   * How many pods may be evicted at the same time, for example while a node is drained; `false`
   * sets no limit.
   *
   * @default one pod, from 2 replicas
   */
  readonly disruptionBudget?: DisruptionBudget | false;
  /**
   * How pods are spread; `false` leaves it to the scheduler.
   *
   * @default over hosts where possible, from 2 replicas
   */
  readonly topologySpread?: TopologySpread | false;
}

/** A limit for evictions. */
export interface DisruptionBudget {
  /** Pods that may be missing: a number or a percentage such as `"25%"`. @default 1 */
  readonly maxUnavailable?: number | `${number}%`;
  /**
   * Whether a pod that is not ready may always be evicted.
   *
   * @default "AlwaysAllow", or a broken pod stops a drain
   */
  readonly unhealthyPodEvictionPolicy?: "AlwaysAllow" | "IfHealthyBudget";
}

/** How pods are spread over the parts of a cluster. */
export interface TopologySpread {
  /** Label of the nodes whose values are the parts. @default "kubernetes.io/hostname" */
  readonly topologyKey?: string;
  /** Does not start a pod that would make the difference larger than `maxSkew`. @default false */
  readonly required?: boolean;
  /** Largest difference between two parts. @default 1 */
  readonly maxSkew?: number;
}

/** Adds the PodDisruptionBudget of a workload that always has at least two pods. */
export function addDisruptionBudget(workload: Workload, props: AvailabilityProps, least: number): void {
  const budget = props.disruptionBudget;
  if (least < 2 || budget === false) return;
  new k8s.KubePodDisruptionBudget(workload, "PodDisruptionBudget", {
    metadata: workload.metadata(),
    spec: Lazy.any({
      produce: (): k8s.PodDisruptionBudgetSpec => ({
        maxUnavailable: intOrString(budget?.maxUnavailable ?? 1),
        selector: { matchLabels: { ...workload.selector } },
        unhealthyPodEvictionPolicy: budget?.unhealthyPodEvictionPolicy ?? "AlwaysAllow",
      }),
    }),
  });
}

/** The constraint that spreads the pods of a workload that always has at least two. */
export function topologySpread(
  workload: Workload,
  props: AvailabilityProps,
  least: number,
): k8s.TopologySpreadConstraint | undefined {
  if (least < 2 || props.topologySpread === false) return undefined;
  const { topologyKey, required, maxSkew } = props.topologySpread ?? {};
  return {
    maxSkew: maxSkew ?? 1,
    topologyKey: topologyKey ?? "kubernetes.io/hostname",
    whenUnsatisfiable: required ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: { ...workload.selector } },
  };
}

/** The value if it is a number, otherwise zero; validation reports other values. */
export function knownNumber(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The validation errors of the number of pods. */
export function availabilityErrors({ replicas, disruptionBudget, topologySpread }: AvailabilityProps): string[] {
  return [
    ...optional((field, value) => wholeNumber(field, value, 0), "replicas", replicas),
    ...(disruptionBudget === false ? [] : optional(budgetErrors, "disruptionBudget", disruptionBudget)),
    ...(topologySpread === false ? [] : optional(spreadErrors, "topologySpread", topologySpread)),
  ];
}

const evictionPolicies = oneOf(["AlwaysAllow", "IfHealthyBudget"]);

function budgetErrors(field: string, budget: DisruptionBudget): string[] {
  const amount = (path: string, value: unknown) =>
    typeof value === "string" ? percentage(path, value) : wholeNumber(path, value, 1);
  return nested(field, budget, ({ maxUnavailable, unhealthyPodEvictionPolicy: policy }) => [
    ...optional(amount, `${field}.maxUnavailable`, maxUnavailable),
    ...optional(evictionPolicies, `${field}.unhealthyPodEvictionPolicy`, policy),
  ]);
}

function percentage(field: string, value: string): string[] {
  return matching(field, value, /^([1-9]\d?|100)%$/, 'a whole number of at least 1, or a percentage such as "25%"');
}

function spreadErrors(field: string, spread: TopologySpread): string[] {
  return nested(field, spread, ({ topologyKey, required, maxSkew }) => [
    ...optional((path, value) => filled(path, value, "a label of nodes"), `${field}.topologyKey`, topologyKey),
    ...optional(flag, `${field}.required`, required),
    ...optional((path, value) => wholeNumber(path, value, 1), `${field}.maxSkew`, maxSkew),
  ]);
}

function intOrString(value: number | string): k8s.IntOrString {
  return typeof value === "number" ? k8s.IntOrString.fromNumber(value) : k8s.IntOrString.fromString(value);
}
