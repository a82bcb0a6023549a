import { type App, Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { labels } from "./common.js";

class Tenant {
  readonly quota: { readonly pods: number; readonly memory: string };
  constructor(
    readonly name: string,
    pods: number,
    gigabytes: number,
    readonly admins: readonly string[] = ["platform"],
  ) {
    this.quota = { pods, memory: `${gigabytes}Gi` };
  }

  get namespace(): string {
    return `tenant-${this.name}`;
  }
}

const tenants = [new Tenant("blue", 40, 64), new Tenant("green", 25, 48, ["green-leads", "platform"])];

const verbs = ["get", "list", "watch"];

export function tenancy(application: App): void {
  const file = new Chart(application, "tenants");
  for (const tenant of tenants) {
    new k8s.KubeNamespace(file, `namespace-${tenant.name}`, {
      metadata: {
        name: tenant.namespace,
        labels: { ...labels(tenant.name, "tenant"), "pod-security.kubernetes.io/enforce": "restricted" },
      },
    });
    new k8s.KubeResourceQuota(file, `quota-${tenant.name}`, {
      metadata: { name: "default", namespace: tenant.namespace },
      spec: {
        hard: {
          pods: k8s.Quantity.fromNumber(tenant.quota.pods),
          "limits.memory": k8s.Quantity.fromString(tenant.quota.memory),
          "count/services.loadbalancers": k8s.Quantity.fromNumber(2),
        },
      },
    });
    new k8s.KubeRole(file, `role-${tenant.name}`, {
      metadata: { name: "reader", namespace: tenant.namespace },
      rules: [
        { apiGroups: [""], resources: ["pods", "pods/log", "services"], verbs },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: [...verbs, "patch"] },
      ],
    });
    tenant.admins.forEach((group, index) => {
      new k8s.KubeRoleBinding(file, `binding-${tenant.name}-${index}`, {
        metadata: { name: `admin-${group}`, namespace: tenant.namespace },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" },
        subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: `oidc:${group}` }],
      });
    });
  }
  new k8s.KubeLimitRange(file, "limits", {
    metadata: { name: "defaults", namespace: tenants[0]?.namespace ?? "default" },
    spec: {
      limits: [
        {
          type: "Container",
          default: { memory: k8s.Quantity.fromString("512Mi") },
          max: { cpu: k8s.Quantity.fromNumber(4) },
        },
      ],
    },
  });
  new k8s.KubePriorityClass(file, "priority", {
    metadata: { name: "shop-critical" },
    value: 100_000,
    globalDefault: false,
    preemptionPolicy: "PreemptLowerPriority",
    description: "What earns the money",
  });
}
