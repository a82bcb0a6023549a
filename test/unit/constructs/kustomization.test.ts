import { App, Chart, Duration, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { GitRepository } from "../../../constructs/git-repository.js";
import { Kustomization, type KustomizationProps } from "../../../constructs/kustomization.js";

const url = "https://gitlab.com/paulboisson/article-gitops-fluxcd-application.git";

function delivery() {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  return { chart, source: new GitRepository(chart, "myappsource", { url }) };
}

/** The Kustomizations that a chart renders. */
function kustomizations(chart: Chart) {
  return Testing.synth(chart).filter((object) => object.kind === "Kustomization");
}

test("renders what `flux create kustomization` makes", () => {
  // GIVEN
  const { chart, source } = delivery();
  // WHEN
  const interval = Duration.minutes(1);
  new Kustomization(chart, "myapp", { source, path: "./infra", prune: true, interval, targetNamespace: "default" });
  // THEN
  expect(kustomizations(chart)).toEqual([
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: "myapp", namespace: "default" },
      spec: {
        interval: "1m",
        path: "./infra",
        prune: true,
        sourceRef: { kind: "GitRepository", name: "myappsource" },
        targetNamespace: "default",
      },
    },
  ]);
});

test("renders waiting, dependencies, retries and substitution", () => {
  const { chart, source } = delivery();
  const first = new Kustomization(chart, "first", { source });
  new Kustomization(chart, "second", {
    source,
    dependsOn: [first, Kustomization.named("flux-system", { namespace: "flux-system", external: true })],
    wait: true,
    timeout: Duration.minutes(2),
    retryInterval: Duration.seconds(20),
    substitute: { REGION: "eu" },
    substituteFrom: [{ kind: "ConfigMap", name: "more" }],
  });
  expect(kustomizations(chart)[1].spec).toEqual({
    interval: "10m",
    path: "./",
    prune: true,
    sourceRef: { kind: "GitRepository", name: "myappsource" },
    dependsOn: [{ name: "first" }, { name: "flux-system", namespace: "flux-system" }],
    wait: true,
    timeout: "2m",
    retryInterval: "20s",
    postBuild: { substitute: { REGION: "eu" }, substituteFrom: [{ kind: "ConfigMap", name: "more" }] },
  });
});

test("names the source's namespace only when it is another one", () => {
  const { chart, source } = delivery();
  new Kustomization(chart, "elsewhere", { namespace: "web", source });
  expect(kustomizations(chart)[0].spec.sourceRef).toEqual({
    kind: "GitRepository",
    name: "myappsource",
    namespace: "default",
  });
});

test("accepts a source by name when the app makes it, in whatever order", () => {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  new Kustomization(chart, "myapp", { source: GitRepository.named("myappsource") });
  new GitRepository(chart, "source", { name: "myappsource", url });
  expect(kustomizations(chart)).toHaveLength(1);
});

test("accepts a missing source that is declared external", () => {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  new Kustomization(chart, "myapp", { source: GitRepository.named("flux-system", { external: true }) });
  expect(kustomizations(chart)).toHaveLength(1);
});

test.each([
  ["of another name", GitRepository.named("myapsource"), "GitRepository default/myapsource"],
  ["in another namespace", GitRepository.named("myappsource", { namespace: "web" }), "GitRepository web/myappsource"],
])("refuses a source %s that nobody makes", (_, source, wanted) => {
  const { chart } = delivery();
  new Kustomization(chart, "myapp", { source });
  expect(() => Testing.synth(chart)).toThrow(`[delivery/myapp] source: ${wanted} is not in this app`);
});

test("refuses the construct of another app", () => {
  const chart = new Chart(new App(), "delivery", { namespace: "default" });
  new Kustomization(chart, "myapp", { source: delivery().source });
  expect(() => Testing.synth(chart)).toThrow(/source: GitRepository "myappsource" belongs to another app/);
});

test("refuses every fault at once, naming the construct", () => {
  const { chart } = delivery();
  const wrong = {
    source: undefined,
    path: "../infra",
    interval: "1 minute",
    timeout: Duration.seconds(0),
    targetNamespace: "Default",
    dependsOn: [Kustomization.named("nobody")],
    substitute: { "NOT A NAME": "x" },
    wait: true,
    healthChecks: [{ apiVersion: "apps/v1", kind: "Deployment", name: "x" }],
  };
  new Kustomization(chart, "myapp", wrong as unknown as KustomizationProps);
  let message = "";
  try {
    Testing.synth(chart);
  } catch (error) {
    message = (error as Error).message;
  }
  const fields = [...message.matchAll(/\[delivery\/myapp\] ([^:]+):/g)].map(([, field]) => field);
  expect(fields).toEqual([
    "source",
    "path",
    "interval",
    "timeout",
    "targetNamespace",
    "dependsOn[0]",
    "substitute.NOT A NAME",
    "healthChecks",
  ]);
});

test("refuses two of one name in one namespace, and allows them in two", () => {
  const { chart, source } = delivery();
  new Kustomization(chart, "one", { name: "myapp", source });
  new Kustomization(chart, "two", { name: "myapp", namespace: "web", source });
  expect(kustomizations(chart)).toHaveLength(2);
  new Kustomization(chart, "three", { name: "myapp", source });
  expect(() => Testing.synth(chart)).toThrow(
    "delivery/three: name: Kustomization default/myapp is already defined by delivery/one",
  );
});

test("a reference by name finds what was added after an earlier validation, and not what was removed", () => {
  const { chart, source } = delivery();
  const app = new Kustomization(chart, "app", { source, dependsOn: [Kustomization.named("database")] });
  const missing = [
    "dependsOn[0]: Kustomization default/database is not in this app; add it, or refer to it with { external: true }",
  ];
  expect(app.node.validate()).toEqual(missing);
  new Kustomization(chart, "database", { source });
  expect(app.node.validate()).toEqual([]);
  chart.node.tryRemoveChild("database");
  expect(app.node.validate()).toEqual(missing);
});
