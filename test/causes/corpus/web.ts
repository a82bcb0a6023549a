import { type App, Chart, Duration } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { WebServer } from "../../../constructs/web-server.js";
import { labels, service } from "./common.js";
import type { Settings } from "./settings.js";

export function web(application: App, settings: Settings["web"]): void {
  const file = new Chart(application, "web");
  new WebServer(file, "server", {
    name: "web",
    app: "web",
    image: settings.image,
    replicas: settings.replicas,
    port: settings.port,
    minReady: Duration.seconds(12),
  });
  new k8s.KubeService(file, "service", service("web", 80));
  new k8s.KubeIngress(file, "ingress", {
    metadata: {
      name: "web",
      labels: labels("web", "edge"),
      annotations: {
        "cert-manager.io/cluster-issuer": "letsencrypt",
        "nginx.ingress.kubernetes.io/proxy-body-size": "16m",
        "nginx.ingress.kubernetes.io/ssl-redirect": "true",
      },
    },
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: [...settings.hosts], secretName: "web-tls" }],
      rules: settings.hosts.map((host) => ({
        host,
        http: {
          paths: [
            { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
            { path: "/healthz", pathType: "Exact", backend: { service: { name: "web", port: { name: "http" } } } },
          ],
        },
      })),
    },
  });
  new k8s.KubeHorizontalPodAutoscalerV2(file, "autoscaler", {
    metadata: { name: "web" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: settings.replicas,
      maxReplicas: settings.replicas * 3,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 65 } } },
        { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 }, scaleUp: { stabilizationWindowSeconds: 30 } },
    },
  });
  new k8s.KubeConfigMap(file, "config", {
    metadata: { name: "web-config" },
    data: {
      LOG_LEVEL: settings.debug ? "debug" : "info",
      "default.conf": `server {
  listen ${settings.port};
  client_max_body_size 16m;
  location /api/ {
    proxy_pass http://api:${9000};
    proxy_read_timeout 45s;
  }
}
`,
    },
  });
}
