import { k8s } from "cdk8s-plus-27";

/** Who is called when it breaks. */
export const owner = "team-shop";

export const ports = { metrics: 9090, health: 8081 };

export function labels(app: string, tier: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": app,
    "app.kubernetes.io/part-of": "shop",
    "app.kubernetes.io/managed-by": "timonier",
    "shop.example.org/owner": owner,
    tier,
  };
}

/** Room for a container; `size` 1 is a small one. */
export function room(size: number): k8s.ResourceRequirements {
  const memory = size * 128;
  return {
    requests: {
      cpu: k8s.Quantity.fromString(`${size * 50}m`),
      memory: k8s.Quantity.fromString(`${memory}Mi`),
    },
    limits: { memory: k8s.Quantity.fromString(`${memory * 2}Mi`) },
  };
}

export function probe(path: string, port = ports.health): k8s.Probe {
  return {
    httpGet: { path, port: k8s.IntOrString.fromNumber(port), scheme: "HTTP" },
    initialDelaySeconds: 5,
    periodSeconds: 10,
    failureThreshold: path === "/ready" ? 3 : 6,
  };
}

export const hardened: k8s.SecurityContext = {
  runAsNonRoot: true,
  runAsUser: 10001,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export function variables(values: Readonly<Record<string, string | number | boolean>>): k8s.EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
}

export function service(name: string, port: number, targetPort = "http"): k8s.KubeServiceProps {
  return {
    metadata: { name, labels: labels(name, "network") },
    spec: {
      type: "ClusterIP",
      selector: { "app.kubernetes.io/name": name },
      ports: [{ name: "http", port, targetPort: k8s.IntOrString.fromString(targetPort), protocol: "TCP" }],
    },
  };
}
