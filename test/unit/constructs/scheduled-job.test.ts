import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { ScheduledJob, type ScheduledJobProps } from "../../../constructs/scheduled-job.js";

const image = "registry.example.org/shop/report:1.2.0";

function synth(props: Partial<Record<keyof ScheduledJobProps, unknown>> = {}) {
  const chart = new Chart(new App(), "apps");
  new ScheduledJob(chart, "report", { image, schedule: "@daily", ...props } as ScheduledJobProps);
  return Testing.synth(chart);
}

const labels = { "app.kubernetes.io/name": "report", "app.kubernetes.io/component": "scheduled-job" };

test("renders a CronJob whose runs do not overlap, and nothing else", () => {
  expect(synth()).toEqual([
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "report", labels },
      spec: {
        schedule: "@daily",
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels },
          spec: {
            activeDeadlineSeconds: 3600,
            backoffLimit: 2,
            template: {
              metadata: { labels },
              spec: {
                automountServiceAccountToken: false,
                securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
                containers: [
                  {
                    name: "report",
                    image,
                    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
                    securityContext: {
                      allowPrivilegeEscalation: false,
                      capabilities: { drop: ["ALL"] },
                      readOnlyRootFilesystem: true,
                    },
                    volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
                  },
                ],
                volumes: [{ name: "writable-0", emptyDir: {} }],
                restartPolicy: "Never",
              },
            },
          },
        },
      },
    },
  ]);
});

test("every default can be changed", () => {
  const [job] = synth({
    schedule: "30 6 * * mon-fri",
    timeZone: "Europe/Paris",
    concurrencyPolicy: "Replace",
    startingDeadline: Duration.minutes(1),
    activeDeadline: Duration.minutes(10),
    backoffLimit: 0,
    restartPolicy: "OnFailure",
    successfulJobsHistoryLimit: 0,
    failedJobsHistoryLimit: 1,
    suspend: true,
    args: ["--all"],
  });
  expect(job.spec).toMatchObject({
    schedule: "30 6 * * mon-fri",
    timeZone: "Europe/Paris",
    concurrencyPolicy: "Replace",
    startingDeadlineSeconds: 60,
    successfulJobsHistoryLimit: 0,
    failedJobsHistoryLimit: 1,
    suspend: true,
    jobTemplate: {
      spec: {
        activeDeadlineSeconds: 600,
        backoffLimit: 0,
        template: { spec: { restartPolicy: "OnFailure", containers: [{ args: ["--all"] }] } },
      },
    },
  });
});

test.each([
  ["name", "a".repeat(53), /name: expected at most 52 lower-case letters/],
  ["image", "report", /image: expected an image with its tag/],
  ["schedule", "daily", /schedule: expected five fields .* got "daily"/],
  ["schedule", undefined, /schedule: expected five fields .* got nothing/],
  ["timeZone", "Paris", /timeZone: expected a time zone such as "Europe\/Paris" or "Etc\/UTC", got "Paris"/],
  ["concurrencyPolicy", "forbid", /concurrencyPolicy: expected one of Forbid, Allow, Replace, got "forbid"/],
  ["startingDeadline", Duration.seconds(9), /startingDeadline: expected at least 10 s, got "9s"/],
  ["activeDeadline", Duration.seconds(0), /activeDeadline: expected at least 1 s/],
  ["activeDeadline", 60, /activeDeadline: expected a cdk8s Duration/],
  ["backoffLimit", -1, /backoffLimit: expected/],
  ["restartPolicy", "Always", /restartPolicy: expected one of Never, OnFailure, got "Always"/],
  ["successfulJobsHistoryLimit", -1, /successfulJobsHistoryLimit: expected/],
  ["failedJobsHistoryLimit", "1", /failedJobsHistoryLimit: expected/],
  ["suspend", "no", /suspend: expected true or false/],
])("refuses %s %j", (field, value, message) => {
  expect(() => synth({ [field]: value })).toThrow(message);
  expect(() => synth({ [field]: value })).toThrow("[apps/report]");
});

test("refuses all errors at once", () => {
  const wrong = { image: "", schedule: "60 24 * * *", timeZone: "", suspend: 1 };
  expect(() => synth(wrong)).toThrow(
    /image: [\s\S]*schedule: .*"60"[\s\S]*schedule: .*"24"[\s\S]*timeZone: [\s\S]*suspend: /,
  );
});
