import { ApiObject, App, Chart, Duration } from "cdk8s";
import { ScheduledJob } from "../../constructs/scheduled-job.js";
import { StatefulService } from "../../constructs/stateful-service.js";
import { WebService } from "../../constructs/web-service.js";
import { Worker } from "../../constructs/worker.js";

/** Any object with a name. */
interface Sample {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [key: string]: unknown;
}

const image = "registry.example.org/shop/web:1.4.2";

/**
 * The objects of every workload construct in a namespace, once with the defaults and once with
 * every prop. An HTTPRoute is not one of them: only clusters with the Gateway API know it.
 */
export function workloadSamples(namespace: string): Sample[] {
  const chart = new Chart(new App(), "samples", { namespace });
  new WebService(chart, "web", { image });
  new Worker(chart, "worker", { image });
  new ScheduledJob(chart, "job", { image, schedule: "@daily" });
  new StatefulService(chart, "cache", { image, port: 6379, volume: { size: "1Gi", mountPath: "/data" } });
  addCompleteWorkloads(chart);
  return chart.node
    .findAll()
    .filter((construct) => construct instanceof ApiObject)
    .map((object) => object.toJson());
}

/** Pods as the controllers of the samples would create them. */
export function podsOf(samples: readonly Sample[]): Sample[] {
  return samples.flatMap(({ kind, metadata, spec }) => {
    const template = (spec as Templated).jobTemplate?.spec.template ?? (spec as Templated).template;
    if (!template) return [];
    // A controller fills in the claims of a StatefulSet.
    const claims = (spec as Templated).volumeClaimTemplates ?? [];
    const volumes = [...template.spec.volumes, ...claims.map(({ metadata: { name } }) => ({ name, emptyDir: {} }))];
    const name = `${kind.toLowerCase()}-${metadata.name}`;
    return [{ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec: { ...template.spec, volumes } }];
  });
}

interface Templated {
  readonly template?: { readonly spec: { readonly volumes: readonly object[] } };
  readonly jobTemplate?: { readonly spec: { readonly template: NonNullable<Templated["template"]> } };
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

function addCompleteWorkloads(chart: Chart): void {
  const pod = {
    image,
    labels: { team: "shop" },
    annotations: { note: "a sample" },
    command: ["/bin/shop"],
    args: ["--verbose"],
    environment: {
      ZONE: "eu",
      DB_PASSWORD: { secret: "db", key: "password" },
      LEVEL: { configMap: "shop", key: "level", optional: true },
    },
    resources: { cpu: "200m", memory: "256Mi", cpuLimit: "1", memoryLimit: "512Mi" },
    security: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001, addCapabilities: ["NET_BIND_SERVICE"] },
    writableFolders: ["/tmp", "/var/cache"],
    imagePullSecrets: ["registry"],
    serviceAccountName: "default",
    automountServiceAccountToken: true,
    terminationGracePeriod: Duration.minutes(1),
  };
  const spread = {
    topologySpread: { topologyKey: "topology.kubernetes.io/zone", required: true, maxSkew: 2 },
    disruptionBudget: { maxUnavailable: "50%" as const },
  };
  const probe = { initialDelay: Duration.seconds(1), period: Duration.seconds(5), timeout: Duration.seconds(2) };
  new WebService(chart, "all-of-web", {
    ...pod,
    ...spread,
    autoscaling: { min: 2, max: 4, cpuPercent: 60 },
    minReady: Duration.seconds(5),
    port: 3000,
    servicePort: 8000,
    serviceType: "NodePort",
    readiness: { ...probe, path: "/ready", failureThreshold: 2 },
    liveness: { ...probe, path: "/alive" },
    ingress: {
      host: "shop.example.org",
      path: "/shop",
      className: "nginx",
      tlsSecretName: "shop-tls",
      annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
    },
  });
  new Worker(chart, "all-of-worker", { ...pod, ...spread, replicas: 3 });
  new ScheduledJob(chart, "all-of-job", {
    ...pod,
    schedule: "*/15 0-5,22 1 jan,JUL mon-fri",
    timeZone: "Europe/Paris",
    concurrencyPolicy: "Replace",
    startingDeadline: Duration.minutes(1),
    activeDeadline: Duration.minutes(10),
    backoffLimit: 0,
    restartPolicy: "OnFailure",
    successfulJobsHistoryLimit: 0,
    failedJobsHistoryLimit: 1,
    suspend: true,
  });
  new StatefulService(chart, "all-of-cache", {
    ...pod,
    ...spread,
    replicas: 3,
    port: 6379,
    volume: { size: "1Gi", mountPath: "/data", name: "store", storageClassName: "fast", accessMode: "ReadWriteMany" },
    readiness: probe,
    publishNotReadyAddresses: true,
  });
}
