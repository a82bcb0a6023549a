// A web server: a Deployment of one image, and a Service that finds its pods by their labels.
//
// A team wants this for a stateless program of its own that needs no Helm chart. `WebServer` checks
// its values when the manifests are synthesized, for example that the image has a tag, and objects
// of cdk8s-plus can stand beside it.
import { type App, Chart, Duration } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import { WebServer } from "../constructs/web-server.js";

/** Adds the Deployment and its Service. */
export function webServerAndService(app: App): void {
  const chart = new Chart(app, "web-server-and-service", { namespace: "default" });
  const hello = new WebServer(chart, "hello", {
    app: "hello",
    image: "nginxinc/nginx-unprivileged:1.29.1",
    replicas: 2,
    port: 8080,
    minReady: Duration.seconds(5),
  });
  new k8s.KubeService(chart, "service", {
    metadata: { name: hello.name },
    spec: {
      selector: { ...hello.podLabels },
      ports: [{ port: 80, targetPort: k8s.IntOrString.fromNumber(8080) }],
    },
  });
}
