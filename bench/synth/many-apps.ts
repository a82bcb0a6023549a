import { App, Chart, Duration } from "cdk8s";
import { k8s } from "cdk8s-plus-27";
import type { Apps } from "../../apps/main.js";
import { GitRepository } from "../../constructs/git-repository.js";
import { Kustomization } from "../../constructs/kustomization.js";
import { PlainValuesOnly } from "../../constructs/plain-values.js";
import { WebServer } from "../../constructs/web-server.js";

/**
 * A program of many applications, written as apps/ is: for each one a file with a Deployment and a
 * Service, and a Kustomization in the setup repository.
 *
 * @param resolvers @default those of apps/
 */
export function manyApps(count: number, resolvers = [new PlainValuesOnly()]): Apps {
  const options = { outputFileExtension: ".yaml", resolvers };
  const setup = new App({ ...options, outdir: "clusters/bench" });
  const application = new App({ ...options, outdir: "infra" });
  const namespace = "default";
  const source = new GitRepository(new Chart(setup, "source", { namespace }), "source", {
    url: "https://gitlab.example.org/platform/application.git",
    branch: "main",
    interval: Duration.minutes(1),
  });
  for (let index = 0; index < count; index++) {
    const name = `app-${String(index).padStart(5, "0")}`;
    new Kustomization(new Chart(setup, name, { namespace }), "kustomization", {
      name,
      source,
      path: `./infra/${name}`,
    });
    const file = new Chart(application, name);
    const server = new WebServer(file, "server", { name, app: name, image: `nginx:1.${index % 30}.0`, replicas: 3 });
    new k8s.KubeService(file, "service", {
      metadata: { name },
      spec: { selector: { ...server.podLabels }, ports: [{ port: 80, targetPort: k8s.IntOrString.fromNumber(80) }] },
    });
  }
  const all = (app: App) => [{ folder: app.outdir, apps: [app] }];
  return { setup: all(setup), application: all(application) };
}
