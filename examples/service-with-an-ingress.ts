// A web service that is reachable by a host: Deployment, Service, Ingress and PodDisruptionBudget.
//
// A team wants this for each program of its own that answers HTTP. `WebService` adds what a cluster
// with the restricted pod security standard asks for, resource requests and probes; each of these
// can be changed by a prop.
import { type App, Chart } from "cdk8s";
import { WebService } from "../constructs/web-service.js";

/** Adds the service. */
export function serviceWithAnIngress(app: App): WebService {
  return new WebService(new Chart(app, "service-with-an-ingress", { namespace: "default" }), "shop", {
    image: "registry.example.org/shop/web:1.4.2",
    replicas: 2,
    ingress: { host: "shop.example.org", tlsSecretName: "shop-tls" },
  });
}
