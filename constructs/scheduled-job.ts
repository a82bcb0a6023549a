import { Duration, Lazy } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import type { Construct } from "constructs";
import { cronSchedule, timeZone } from "./cron-schedule.js";
import { podTemplate } from "./pod-template.js";
import { flag, oneOf, optional, wholeNumber, wholeSeconds } from "./validation.js";
import { Workload, type WorkloadProps } from "./workload.js";

/** Which image runs, and when. */
export interface ScheduledJobProps extends WorkloadProps {
  /** Five fields as in cron, `@daily` or the like, or `@every 1h`. */
  readonly schedule: string;
  /** Time zone in which the schedule is read. @default "Etc/UTC" */
  readonly timeZone?: string;
  /**
   * What happens when it is time and the last job still runs.
   *
   * @default "Forbid", the new job is left out
   */
  readonly concurrencyPolicy?: "Forbid" | "Allow" | "Replace";
  /** How late a job may start before it is left out, ten seconds at least. @default five minutes */
  readonly startingDeadline?: Duration;
  /** Longest time for one job with all its attempts. @default one hour */
  readonly activeDeadline?: Duration;
  /** How often a failed job is tried again. @default 2 */
  readonly backoffLimit?: number;
  /**
   * Who tries again: the job with a new pod, whose predecessor keeps its log, or the same pod.
   *
   * @default "Never", the job
   */
  readonly restartPolicy?: "Never" | "OnFailure";
  /** How many finished jobs are kept with their logs. @default 3 */
  readonly successfulJobsHistoryLimit?: number;
  /** How many failed jobs are kept with their logs. @default 3 */
  readonly failedJobsHistoryLimit?: number;
  /** Starts no further job. @default false */
  readonly suspend?: boolean;
}

/**
 * A program that runs to its end at certain times: a CronJob.
 *
 * @example
 * new ScheduledJob(chart, "report", {
 *   image: "registry.example.org/shop/report:1.2.0",
 *   schedule: "30 6 * * mon-fri",
 *   timeZone: "Europe/Paris",
 * });
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export class ScheduledJob extends Workload {
  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    // The names of jobs and pods have the time of the start after it.
    super(scope, id, props, { component: "scheduled-job", longestName: 52, validate: () => validationErrors(props) });
    new k8s.KubeCronJob(this, "CronJob", {
      metadata: this.metadata(),
      spec: Lazy.any({ produce: () => render(this, props) }),
    });
  }
}

function render(self: ScheduledJob, props: ScheduledJobProps): k8s.CronJobSpec {
  return {
    schedule: props.schedule,
    timeZone: props.timeZone ?? "Etc/UTC",
    concurrencyPolicy: props.concurrencyPolicy ?? "Forbid",
    startingDeadlineSeconds: (props.startingDeadline ?? Duration.minutes(5)).toSeconds(),
    successfulJobsHistoryLimit: props.successfulJobsHistoryLimit ?? 3,
    failedJobsHistoryLimit: props.failedJobsHistoryLimit ?? 3,
    ...(props.suspend !== undefined && { suspend: props.suspend }),
    jobTemplate: {
      metadata: { labels: { ...self.labels } },
      spec: {
        activeDeadlineSeconds: (props.activeDeadline ?? Duration.hours(1)).toSeconds(),
        backoffLimit: props.backoffLimit ?? 2,
        template: podTemplate(props, {
          name: self.name,
          labels: self.labels,
          restartPolicy: props.restartPolicy ?? "Never",
        }),
      },
    },
  };
}

function validationErrors(props: ScheduledJobProps): string[] {
  const count = (field: string, value: unknown) => wholeNumber(field, value, 0);
  // The controller looks every ten seconds, so a job with less time may never start.
  const lateness = (field: string, value: unknown) => wholeSeconds(field, value, 10);
  const length = (field: string, value: unknown) => wholeSeconds(field, value, 1);
  return [
    ...cronSchedule("schedule", props.schedule),
    ...optional(timeZone, "timeZone", props.timeZone),
    ...optional(oneOf(["Forbid", "Allow", "Replace"]), "concurrencyPolicy", props.concurrencyPolicy),
    ...optional(lateness, "startingDeadline", props.startingDeadline),
    ...optional(length, "activeDeadline", props.activeDeadline),
    ...optional(count, "backoffLimit", props.backoffLimit),
    ...optional(oneOf(["Never", "OnFailure"]), "restartPolicy", props.restartPolicy),
    ...optional(count, "successfulJobsHistoryLimit", props.successfulJobsHistoryLimit),
    ...optional(count, "failedJobsHistoryLimit", props.failedJobsHistoryLimit),
    ...optional(flag, "suspend", props.suspend),
  ];
}
