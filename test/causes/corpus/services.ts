import { type App, Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { hardened, labels, ports, probe, room, service, variables } from "./common.js";

interface ServiceOptions {
  readonly name: string;
  readonly version: string;
  readonly replicas?: number;
  readonly size: number;
  readonly env?: Readonly<Record<string, string | number | boolean>>;
  readonly public?: boolean;
}

/** One of our own services: all look alike. */
function ownService(application: App, registry: string, options: ServiceOptions): void {
  const { name, version, replicas = 2, size } = options;
  const file = new Chart(application, name, { labels: { stage: "production" } });
  new k8s.KubeServiceAccount(file, "account", {
    metadata: { name },
    automountServiceAccountToken: false,
  });
  new k8s.KubeDeployment(file, "deployment", {
    metadata: { name, labels: labels(name, "backend") },
    spec: {
      replicas,
      revisionHistoryLimit: 4,
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: k8s.IntOrString.fromString("25%"), maxUnavailable: k8s.IntOrString.fromNumber(0) },
      },
      selector: { matchLabels: { "app.kubernetes.io/name": name } },
      template: {
        metadata: {
          labels: labels(name, "backend"),
          annotations: { "prometheus.io/scrape": "true", "prometheus.io/port": String(ports.metrics) },
        },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 45,
          containers: [
            {
              name: "main",
              image: `${registry}/${name}:${version}`,
              imagePullPolicy: "IfNotPresent",
              args: ["serve", `--metrics=:${ports.metrics}`, "--log-format=json"],
              env: variables({ TZ: "Europe/Paris", HTTP_TIMEOUT: 30, ...options.env }),
              ports: [
                { name: "http", containerPort: 9000 },
                { name: "metrics", containerPort: ports.metrics },
              ],
              resources: room(size),
              livenessProbe: probe("/live"),
              readinessProbe: probe("/ready"),
              securityContext: hardened,
            },
          ],
        },
      },
    },
  });
  new k8s.KubeService(file, "service", service(name, 9000));
  if (options.public) {
    new k8s.KubeNetworkPolicy(file, "policy", {
      metadata: { name: `${name}-public` },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": name } },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ port: k8s.IntOrString.fromNumber(9000) }], from: [{ namespaceSelector: {} }] }],
      },
    });
  }
}

const catalogue: readonly ServiceOptions[] = [
  {
    name: "api",
    version: "4.12.0",
    replicas: 3,
    size: 4,
    env: { CACHE_SECONDS: 120, FEATURE_REVIEWS: true },
    public: true,
  },
  { name: "cart", version: "2.3.1", size: 2, env: { REDIS_URL: "redis://cart-redis:6379/0" } },
  { name: "payment", version: "7.0.4", replicas: 5, size: 3, env: { PROVIDER: "stripe", RETRIES: 4 } },
  {
    name: "search",
    version: "1.8.9",
    size: 8,
    env: {
      INDEX: "products-v3",
      FUZZY: false,
      LIMIT: 50,
    },
  },
];

export function services(application: App, registry: string): void {
  for (const options of catalogue) ownService(application, registry, options);
  ownService(application, registry, {
    name: "mailer",
    version: "0.9.2",
    replicas: 1,
    size: 1,
    env: { SMTP_HOST: "smtp.example.org", SMTP_PORT: 587, STARTTLS: true },
  });
}
