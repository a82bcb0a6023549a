import { type App, Chart } from "cdk8s";
import { WebServer } from "../constructs/web-server.js";
import type { Settings } from "./settings.js";

/**
 * File `deployment.yaml`: the web server, without a namespace, which `targetNamespace` of the
 * Kustomization sets.
 */
export function serveNginx(application: App, settings: Settings["nginx"]): WebServer {
  const file = new Chart(application, "deployment");
  return new WebServer(file, "nginx", { name: "nginx-deployment", app: "nginx", ...settings });
}
