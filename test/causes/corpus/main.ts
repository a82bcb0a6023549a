import { App, Chart, Duration } from "cdk8s";
import { GitRepository } from "../../../constructs/git-repository.js";
import { Kustomization } from "../../../constructs/kustomization.js";
import { database } from "./database.js";
import { monitoring } from "./monitoring.js";
import { services } from "./services.js";
import type { Settings } from "./settings.js";
import { tenancy } from "./tenancy.js";
import { web } from "./web.js";

interface Input {
  readonly cluster: string;
  readonly application: { readonly url: string; readonly branch: string; readonly secretName?: string };
  readonly settings: Settings;
}

/** A shop: what test/causes mutates, written as apps/ is. */
export function buildApps({
  cluster,
  application,
  settings,
}: Input): Record<"setup" | "application", { folder: string; apps: App[] }[]> {
  const setup = new App({ outdir: `clusters/${cluster}`, outputFileExtension: ".yaml" });
  const applications = new App({ outdir: "infra", outputFileExtension: ".yaml" });
  const { namespace, interval } = settings.delivery;
  const source = new GitRepository(new Chart(setup, "source", { namespace }), "source", {
    name: "shop",
    interval,
    ...application,
    ignore: "/docs\n",
  });
  const base = new Kustomization(new Chart(setup, "tenants", { namespace }), "kustomization", {
    source,
    name: "tenants",
    path: "./infra",
    prune: false,
    wait: true,
    timeout: Duration.minutes(3),
  });
  new Kustomization(new Chart(setup, "shop", { namespace }), "kustomization", {
    name: "shop",
    source,
    path: "./infra",
    interval: Duration.minutes(15),
    retryInterval: Duration.seconds(90),
    targetNamespace: namespace,
    dependsOn: [base],
    substitute: { region: "eu-west-3", replicas_max: "12" },
    force: false,
    serviceAccountName: "deployer",
  });
  web(applications, settings.web);
  services(applications, settings.registry);
  database(applications, settings.database);
  monitoring(setup, applications, settings.monitoring);
  tenancy(applications);
  const all = (app: App) => [{ folder: app.outdir, apps: [app] }];
  return { setup: all(setup), application: all(applications) };
}
