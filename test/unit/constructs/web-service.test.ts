import * as pulumi from "@pulumi/pulumi";
import { type ApiObject, App, Chart, Duration, JsonPatch, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { WebService, type WebServiceProps } from "../../../constructs/web-service.js";

const image = "registry.example.org/shop/web:1.4.2";
type Props = Partial<Record<keyof WebServiceProps, unknown>>;

function synth(props: Props = {}) {
  const chart = new Chart(new App(), "apps");
  new WebService(chart, "shop", { image, ...props } as WebServiceProps);
  return Testing.synth(chart);
}

/** The only object of a kind. */
function one(kind: string, props: Props) {
  const found = synth(props).filter((object) => object.kind === kind);
  expect(found).toHaveLength(1);
  return found[0];
}

const kinds = (props: Props) => synth(props).map((object) => object.kind);
const containerOf = (props: Props) => one("Deployment", props).spec.template.spec.containers[0];

const selector = { "app.kubernetes.io/name": "shop", "app.kubernetes.io/component": "web-service" };

test("renders a Deployment and a Service with safe defaults, and nothing else", () => {
  expect(synth()).toEqual([
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "shop", labels: selector },
      spec: {
        replicas: 1,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "shop",
                image,
                ports: [{ name: "http", containerPort: 8080 }],
                resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                readinessProbe: { httpGet: { path: "/", port: "http" } },
                livenessProbe: { httpGet: { path: "/", port: "http" } },
                volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
              },
            ],
            volumes: [{ name: "writable-0", emptyDir: {} }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "shop", labels: selector },
      spec: { selector, ports: [{ name: "http", port: 80, targetPort: "http" }] },
    },
  ]);
});

test("from 2 replicas the pods are spread over hosts, and one of them at a time may be evicted", () => {
  expect(one("Deployment", { replicas: 2 }).spec.template.spec.topologySpreadConstraints).toEqual([
    {
      maxSkew: 1,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "ScheduleAnyway",
      labelSelector: { matchLabels: selector },
    },
  ]);
  expect(one("PodDisruptionBudget", { replicas: 2 })).toEqual({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "shop", labels: selector },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  });
});

test("spread and budget can be changed or switched off", () => {
  const changed = {
    replicas: 3,
    topologySpread: { topologyKey: "topology.kubernetes.io/zone", required: true, maxSkew: 2 },
    disruptionBudget: { maxUnavailable: "50%", unhealthyPodEvictionPolicy: "IfHealthyBudget" },
  };
  expect(one("Deployment", changed).spec.template.spec.topologySpreadConstraints).toMatchObject([
    { maxSkew: 2, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
  ]);
  expect(one("PodDisruptionBudget", changed).spec).toMatchObject(changed.disruptionBudget);
  const without = { replicas: 3, topologySpread: false, disruptionBudget: false };
  expect(kinds(without)).toEqual(["Deployment", "Service"]);
  expect(one("Deployment", without).spec.template.spec).not.toHaveProperty("topologySpreadConstraints");
});

test("zero replicas are rendered: that is how it is stopped", () => {
  expect(one("Deployment", { replicas: 0 }).spec.replicas).toBe(0);
});

test("an autoscaler takes the place of the number of replicas", () => {
  const props = { replicas: 1, autoscaling: { max: 10 } };
  expect(kinds(props)).toEqual(["Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service"]);
  expect(one("Deployment", props).spec).not.toHaveProperty("replicas");
  expect(one("HorizontalPodAutoscaler", props)).toEqual({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "shop", labels: selector },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "shop" },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
      ],
    },
  });
});

test("an autoscaler that may go down to one pod has no budget: it would stop the drain of a node", () => {
  const props = { replicas: 3, autoscaling: { min: 1, max: 4, cpuPercent: 60 } };
  expect(kinds(props)).toEqual(["Deployment", "HorizontalPodAutoscaler", "Service"]);
  expect(one("HorizontalPodAutoscaler", props).spec).toMatchObject({
    minReplicas: 1,
    maxReplicas: 4,
    metrics: [{ resource: { target: { averageUtilization: 60 } } }],
  });
});

test("renders an Ingress for its host alone", () => {
  const backend = { service: { name: "shop", port: { name: "http" } } };
  expect(one("Ingress", { ingress: { host: "shop.example.org" } })).toEqual({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "shop", labels: selector },
    spec: { rules: [{ host: "shop.example.org", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
  });
});

test("renders an Ingress with path, class, certificate and annotations", () => {
  const ingress = {
    host: "*.example.org",
    path: "/shop",
    pathType: "Exact",
    className: "nginx",
    tlsSecretName: "shop-tls",
    annotations: { "cert-manager.io/cluster-issuer": "letsencrypt" },
  };
  const rendered = one("Ingress", { ingress, annotations: { team: "shop" } });
  expect(rendered.metadata.annotations).toEqual({ "cert-manager.io/cluster-issuer": "letsencrypt", team: "shop" });
  expect(rendered.spec).toMatchObject({
    ingressClassName: "nginx",
    rules: [{ host: "*.example.org", http: { paths: [{ path: "/shop", pathType: "Exact" }] } }],
    tls: [{ hosts: ["*.example.org"], secretName: "shop-tls" }],
  });
});

test("renders an HTTPRoute to the port of the Service", () => {
  const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "https", port: 443 }];
  expect(one("HTTPRoute", { servicePort: 8000, route: { parentRefs, hostnames: ["shop.example.org"] } })).toEqual({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "shop", labels: selector },
    spec: {
      parentRefs,
      hostnames: ["shop.example.org"],
      rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "shop", port: 8000 }] }],
    },
  });
  const bare = one("HTTPRoute", { route: { parentRefs: [{ name: "public" }], path: "/shop" } });
  expect(bare.spec).not.toHaveProperty("hostnames");
  expect(bare.spec.rules[0]).toMatchObject({
    matches: [{ path: { value: "/shop" } }],
    backendRefs: [{ port: 80 }],
  });
});

test("the ports and the type of the Service can be changed", () => {
  const props = { port: 3000, servicePort: 8000, serviceType: "LoadBalancer" };
  expect(containerOf(props).ports).toEqual([{ name: "http", containerPort: 3000 }]);
  expect(one("Service", props).spec).toMatchObject({
    type: "LoadBalancer",
    ports: [{ name: "http", port: 8000, targetPort: "http" }],
  });
});

test("the request of readiness is that of liveness too, unless liveness has its own", () => {
  const readiness = { path: "/ready", initialDelay: Duration.seconds(3), period: Duration.seconds(5) };
  const probe = { httpGet: { path: "/ready", port: "http" }, initialDelaySeconds: 3, periodSeconds: 5 };
  expect(containerOf({ readiness })).toMatchObject({ readinessProbe: probe, livenessProbe: probe });
  const liveness = { path: "/alive", timeout: Duration.seconds(2), failureThreshold: 6 };
  expect(containerOf({ readiness, liveness })).toMatchObject({
    readinessProbe: probe,
    livenessProbe: { httpGet: { path: "/alive", port: "http" }, timeoutSeconds: 2, failureThreshold: 6 },
  });
});

test("probes can be switched off", () => {
  expect(containerOf({ liveness: false })).not.toHaveProperty("livenessProbe");
  expect(containerOf({ liveness: false })).toHaveProperty("readinessProbe");
  expect(containerOf({ readiness: false })).not.toHaveProperty("readinessProbe");
  expect(containerOf({ readiness: false })).not.toHaveProperty("livenessProbe");
});

test("name, namespace, labels and annotations are those of every object", () => {
  const own = { name: "till", namespace: "shop", labels: { team: "shop" }, annotations: { note: "a b" } };
  const objects = synth({ ...own, replicas: 2, minReady: Duration.seconds(5), ingress: { host: "a.example.org" } });
  const till = { "app.kubernetes.io/name": "till", "app.kubernetes.io/component": "web-service" };
  expect(objects.map(({ metadata }) => metadata)).toEqual(
    objects.map(() => ({
      name: "till",
      namespace: "shop",
      labels: { team: "shop", ...till },
      annotations: { note: "a b" },
    })),
  );
  expect(objects[0].spec).toMatchObject({
    minReadySeconds: 5,
    selector: { matchLabels: till },
    template: { metadata: { labels: { team: "shop", ...till } } },
  });
  expect(objects[0].spec.selector.matchLabels).toEqual(till);
});

test("a field that no prop has can be patched", () => {
  const chart = new Chart(new App(), "apps", { namespace: "shop" });
  const shop = new WebService(chart, "shop", { image });
  const deployment = shop.node.findChild("Deployment") as ApiObject;
  deployment.addJsonPatch(JsonPatch.add("/spec/revisionHistoryLimit", 2));
  expect(Testing.synth(chart)[0]).toMatchObject({ metadata: { namespace: "shop" }, spec: { revisionHistoryLimit: 2 } });
});

const gateway = { parentRefs: [{ name: "public" }] };

test.each([
  ["name", "Shop", /name: expected at most 63 lower-case letters, .* got "Shop"/],
  ["name", "1shop", /name: expected/],
  ["name", "a".repeat(64), /name: expected at most 63/],
  ["namespace", "a.b", /namespace: expected at most 63/],
  ["labels", { team: "a b" }, /labels\.team: expected .* got "a b"/],
  ["labels", { "a b": "c" }, /labels\.a b: expected a key/],
  ["labels", { "app.kubernetes.io/name": "x" }, /labels\.app\.kubernetes\.io\/name: expected none/],
  ["annotations", { note: 1 }, /annotations\.note: expected text, got 1/],
  ["replicas", -1, /replicas: expected a whole number of at least 0, got -1/],
  ["replicas", "2", /replicas: expected .* got "2"/],
  ["disruptionBudget", { maxUnavailable: 0 }, /disruptionBudget\.maxUnavailable: expected .* at least 1, got 0/],
  ["disruptionBudget", { maxUnavailable: "0%" }, /disruptionBudget\.maxUnavailable: expected .* percentage/],
  [
    "disruptionBudget",
    { unhealthyPodEvictionPolicy: "Never" },
    /unhealthyPodEvictionPolicy: expected one of AlwaysAllow/,
  ],
  ["disruptionBudget", true, /disruptionBudget: expected an object with fields, got true/],
  ["topologySpread", { topologyKey: "" }, /topologySpread\.topologyKey: expected a label of nodes/],
  ["topologySpread", { required: "yes" }, /topologySpread\.required: expected true or false/],
  ["topologySpread", { maxSkew: 0 }, /topologySpread\.maxSkew: expected/],
  ["autoscaling", {}, /autoscaling\.max: expected a whole number of at least 2, got nothing/],
  ["autoscaling", { min: 3, max: 2 }, /autoscaling\.max: expected a whole number of at least 3, got 2/],
  ["autoscaling", { min: 0, max: 2 }, /autoscaling\.min: expected a whole number of at least 1, got 0/],
  ["autoscaling", { max: 2, cpuPercent: 0 }, /autoscaling\.cpuPercent: expected/],
  ["minReady", Duration.millis(1_500), /minReady: expected whole seconds/],
  ["port", 0, /port: expected a whole number from 1 to 65535, got 0/],
  ["servicePort", 65_536, /servicePort: expected/],
  ["serviceType", "clusterip", /serviceType: expected one of ClusterIP, NodePort, LoadBalancer, got "clusterip"/],
  ["readiness", { path: "healthz" }, /readiness\.path: expected a path that starts with \/, got "healthz"/],
  ["readiness", { period: Duration.seconds(0) }, /readiness\.period: expected at least 1 s/],
  ["readiness", { initialDelay: 5 }, /readiness\.initialDelay: expected a cdk8s Duration/],
  ["liveness", { timeout: "1s" }, /liveness\.timeout: expected a cdk8s Duration/],
  ["liveness", { failureThreshold: 0 }, /liveness\.failureThreshold: expected/],
  ["liveness", "none", /liveness: expected an object with fields, got "none"/],
  ["ingress", {}, /ingress\.host: expected a host such as shop\.example\.org, .* got nothing/],
  ["ingress", { host: "https://a.example.org" }, /ingress\.host: expected a host/],
  ["ingress", { host: "a.example.org", path: "shop" }, /ingress\.path: expected/],
  ["ingress", { host: "a.example.org", pathType: "prefix" }, /ingress\.pathType: expected one of Prefix/],
  ["ingress", { host: "a.example.org", className: "A" }, /ingress\.className: expected/],
  ["ingress", { host: "a.example.org", tlsSecretName: "" }, /ingress\.tlsSecretName: expected/],
  ["ingress", { host: "a.example.org", annotations: { a: true } }, /ingress\.annotations\.a: expected text/],
  ["route", {}, /route\.parentRefs: expected a list of Gateways, got nothing/],
  ["route", { parentRefs: [] }, /route\.parentRefs: expected at least one/],
  ["route", { parentRefs: [{}] }, /route\.parentRefs\[0\]\.name: expected/],
  ["route", { parentRefs: ["public"] }, /route\.parentRefs\[0\]: expected an object with fields/],
  ["route", { parentRefs: [{ name: "a", namespace: "A" }] }, /route\.parentRefs\[0\]\.namespace: expected/],
  ["route", { parentRefs: [{ name: "a", sectionName: "" }] }, /route\.parentRefs\[0\]\.sectionName: expected/],
  ["route", { parentRefs: [{ name: "a", port: 0 }] }, /route\.parentRefs\[0\]\.port: expected/],
  ["route", { ...gateway, hostnames: ["a b"] }, /route\.hostnames\[0\]: expected a host/],
  ["route", { ...gateway, path: "a" }, /route\.path: expected/],
])("refuses %s %j", (field, value, message) => {
  expect(() => synth({ [field]: value })).toThrow(message);
  expect(() => synth({ [field]: value })).toThrow("[apps/shop]");
});

test("refuses an Ingress together with an HTTPRoute", () => {
  const both = { ingress: { host: "a.example.org" }, route: gateway };
  expect(() => synth(both)).toThrow("route: expected none together with ingress");
});

test("refuses all errors at once", () => {
  const wrong = { image: "shop", replicas: -1, port: 0, ingress: { host: "" }, resources: { cpu: "much" } };
  expect(() => synth(wrong)).toThrow(
    /image: [\s\S]*resources\.cpu: [\s\S]*replicas: [\s\S]*port: [\s\S]*ingress\.host: /,
  );
});

test.each(["name", "image", "replicas", "autoscaling", "ingress", "environment", "labels"])(
  "refuses a Pulumi Output as %s, once",
  (field) => {
    expect(() => synth({ [field]: pulumi.output("x") })).toThrow(
      new RegExp(`^[^\\n]*\\n?.*\\[apps/shop\\] ${field}: expected a plain value, got a Pulumi Output[^\\n]*$`),
    );
  },
);

test("refuses a Pulumi Output inside of a prop", () => {
  expect(() => synth({ ingress: { host: pulumi.output("x") } })).toThrow(/ingress\.host: expected a plain value/);
});

test("refuses two services of one name, naming both constructs", () => {
  const app = new App();
  new WebService(new Chart(app, "one"), "shop", { image });
  new WebService(new Chart(app, "two"), "shop", { image });
  expect(() => app.synthYaml()).toThrow("two/shop: name: Deployment shop is already defined by one/shop");
});
