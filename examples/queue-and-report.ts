// A program that reads a queue, and one that runs at half past six on working days.
//
// A team wants this for work that no user waits for: mails, imports, reports. Passwords are
// references to Secrets, because everyone who reads the repository can read its manifests.
import { type App, Chart, Duration } from "cdk8s";
import { ScheduledJob } from "../constructs/scheduled-job.js";
import { Worker } from "../constructs/worker.js";

/** Adds the worker, whose number follows its use of CPU, and the report. */
export function queueAndReport(app: App): void {
  const chart = new Chart(app, "queue-and-report", { namespace: "default" });
  new Worker(chart, "mailer", {
    image: "registry.example.org/shop/mailer:2.0.1",
    autoscaling: { min: 1, max: 5, cpuPercent: 70 },
    environment: {
      SMTP_HOST: "smtp.example.org",
      SMTP_PASSWORD: { secret: "smtp", key: "password" },
    },
    terminationGracePeriod: Duration.minutes(2),
  });
  new ScheduledJob(chart, "report", {
    image: "registry.example.org/shop/report:1.2.0",
    schedule: "30 6 * * mon-fri",
    timeZone: "Europe/Paris",
    activeDeadline: Duration.minutes(20),
    resources: { memory: "512Mi" },
  });
}
