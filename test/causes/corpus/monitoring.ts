import { ApiObject, type App, Chart, Duration } from "cdk8s";
import { Alert } from "../../../constructs/alert.js";
import { HelmRelease } from "../../../constructs/helm-release.js";
import { HelmRepository } from "../../../constructs/helm-repository.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { NotificationProvider } from "../../../constructs/notification-provider.js";
import { owner } from "./common.js";
import type { Settings } from "./settings.js";

const severities = ["warning", "critical"] as const;

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly minutes: number;
  readonly severity: (typeof severities)[number];
}

const rules: readonly Rule[] = [
  {
    alert: "ApiSlow",
    expr: 'histogram_quantile(0.99, rate(http_seconds_bucket{job="api"}[5m])) > 0.8',
    minutes: 10,
    severity: "warning",
  },
  { alert: "ApiDown", expr: 'up{job="api"} == 0', minutes: 2, severity: "critical" },
  {
    alert: "DiskFull",
    expr: "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.08",
    minutes: 15,
    severity: "critical",
  },
];

export function monitoring(setup: App, application: App, settings: Settings["monitoring"]): void {
  const file = new Chart(setup, "monitoring", { namespace: "monitoring" });
  const charts = new HelmRepository(file, "charts", {
    name: "prometheus-community",
    url: "https://prometheus-community.github.io/helm-charts",
    interval: Duration.hours(6),
  });
  new HelmRelease(file, "prometheus", {
    name: "prometheus",
    chart: { chart: "kube-prometheus-stack", version: "65.x", source: charts },
    interval: Duration.minutes(20),
    timeout: Duration.minutes(9),
    values: {
      prometheus: {
        prometheusSpec: {
          retention: settings.retention,
          scrapeInterval: settings.scrape,
          replicas: 2,
          enableAdminAPI: false,
        },
      },
      grafana: { enabled: true, adminUser: "operator", persistence: { enabled: false, size: "5Gi" } },
      alertmanager: { enabled: settings.alerts },
    },
  });
  const chat = new NotificationProvider(file, "chat", {
    name: "chat",
    type: "slack",
    channel: "#shop-alerts",
    address: "https://hooks.example.org/services/T0/B0",
  });
  new Alert(file, "alert", {
    name: "deliveries",
    provider: chat,
    sources: [Kustomization.named("*", { external: true })],
    eventSeverity: "error",
  });
  new ApiObject(new Chart(application, "rules"), "rules", {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "shop", labels: { release: "prometheus" } },
    spec: {
      groups: [
        {
          name: "shop.rules",
          rules: rules.map(({ alert, expr, minutes, severity }) => ({
            alert,
            expr,
            for: `${minutes}m`,
            labels: { severity, team: owner },
            annotations: {
              summary: `${alert} for ${minutes} minutes`,
              runbook: `https://runbooks.example.org/${alert.toLowerCase()}`,
            },
          })),
        },
      ],
    },
  });
}
