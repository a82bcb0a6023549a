// A cache that keeps its data in a volume: a StatefulSet and its headless Service.
//
// A team wants this for a program that has data of its own and needs a stable name. For a database
// with replication and backups an operator is the better choice.
import { type App, Chart } from "cdk8s";
import { StatefulService } from "../constructs/stateful-service.js";

/** Adds the cache; its address in the cluster is `cache:6379`. */
export function statefulCache(app: App): void {
  const chart = new Chart(app, "stateful-cache", { namespace: "default" });
  new StatefulService(chart, "cache", {
    image: "docker.io/valkey/valkey:8.1.3",
    args: ["valkey-server", "--appendonly", "yes"],
    port: 6379,
    volume: { size: "2Gi", mountPath: "/data" },
    // The image's user has a name only, so Kubernetes could not tell that it is not root.
    security: { runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
  });
}
