import { ApiObject, type App, Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { labels, room } from "./common.js";
import type { Settings } from "./settings.js";

const image = "docker.io/library/postgres";

export function database(application: App, settings: Settings["database"]): void {
  const file = new Chart(application, "database");
  new k8s.KubeStatefulSet(file, "postgres", {
    metadata: { name: "postgres", labels: labels("postgres", "data") },
    spec: {
      serviceName: "postgres",
      replicas: settings.replicas,
      podManagementPolicy: "OrderedReady",
      selector: { matchLabels: { "app.kubernetes.io/name": "postgres" } },
      template: {
        metadata: { labels: labels("postgres", "data") },
        spec: {
          containers: [
            {
              name: "postgres",
              image: `${image}:${settings.version}-alpine`,
              ports: [{ containerPort: 5432 }],
              args: ["-c", "shared_buffers=256MB", "-c", "max_connections=200"],
              resources: room(10),
              volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data", subPath: "pg" }],
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "fast-ssd",
            resources: { requests: { storage: k8s.Quantity.fromString(settings.storage) } },
          },
        },
      ],
    },
  });
  new k8s.KubeCronJob(file, "backup", {
    metadata: { name: "postgres-backup" },
    spec: {
      schedule: settings.backup.schedule,
      timeZone: "Europe/Berlin",
      suspend: settings.backup.suspended,
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 5,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 60 * 45,
          template: {
            spec: {
              restartPolicy: "Never",
              containers: [
                {
                  name: "dump",
                  image: "registry.example.org/tools/pg-backup:3.1",
                  args: ["--keep", String(settings.backup.keep), "--bucket=s3://shop-backups/postgres"],
                },
              ],
            },
          },
        },
      },
    },
  });
  new ApiObject(file, "budget", {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "postgres" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { "app.kubernetes.io/name": "postgres" } } },
  });
}
