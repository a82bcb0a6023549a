import { App } from "cdk8s";
import { PlainValuesOnly } from "../constructs/plain-values.js";
import { alertsToGitLab } from "./alerts-to-gitlab.js";
import { chartFromARepository } from "./chart-from-a-repository.js";
import { chartFromAnOciRegistry } from "./chart-from-an-oci-registry.js";
import { chartWithTypedValues } from "./chart-with-typed-values.js";
import { configurationFromABucket } from "./configuration-from-a-bucket.js";
import { fasterByWebhook } from "./faster-by-webhook.js";
import { imagesByAutomation } from "./images-by-automation.js";
import { plainManifests } from "./plain-manifests.js";
import { queueAndReport } from "./queue-and-report.js";
import { serviceWithAnIngress } from "./service-with-an-ingress.js";
import { statefulCache } from "./stateful-cache.js";
import { twoKustomizationsInOrder } from "./two-kustomizations-in-order.js";
import { webServerAndService } from "./web-server-and-service.js";

/** Adds the charts of one example to an App. */
export type Example = (app: App) => void;

/** Every example by the name of its file, without `.ts`. */
export const examples: ReadonlyMap<string, Example> = new Map([
  ["alerts-to-gitlab", alertsToGitLab],
  ["chart-from-a-repository", chartFromARepository],
  ["chart-from-an-oci-registry", chartFromAnOciRegistry],
  ["chart-with-typed-values", chartWithTypedValues],
  ["configuration-from-a-bucket", configurationFromABucket],
  ["faster-by-webhook", fasterByWebhook],
  ["images-by-automation", imagesByAutomation],
  ["plain-manifests", plainManifests],
  ["queue-and-report", queueAndReport],
  ["service-with-an-ingress", serviceWithAnIngress],
  ["stateful-cache", statefulCache],
  ["two-kustomizations-in-order", twoKustomizationsInOrder],
  ["web-server-and-service", webServerAndService],
]);

/**
 * Builds the constructs of one example in an App of its own, so that two examples may use the same
 * names.
 */
export function buildExample(example: Example): App {
  const app = new App({ resolvers: [new PlainValuesOnly()] });
  example(app);
  return app;
}
