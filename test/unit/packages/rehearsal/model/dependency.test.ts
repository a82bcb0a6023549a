import { expect, test } from "vitest";
import { dependencyIsReady, hasReadyExpression } from "../../../../../packages/rehearsal/model/dependency.js";
import type { KubeObject } from "../../../../../packages/rehearsal/model/kube-objects.js";

function kustomization(
  name: string,
  more: { spec?: object; status?: object; annotations?: Record<string, string> },
): KubeObject {
  const { spec = {}, status = {}, annotations = {} } = more;
  const metadata = { name, namespace: "flux-system", generation: 2, annotations };
  return { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", metadata, spec, status };
}

function asking(readyExpr?: string): KubeObject {
  const dependsOn = [{ name: "other" }, { name: "infra", ...(readyExpr && { readyExpr }) }];
  return kustomization("apps", { spec: { dependsOn }, annotations: { "app/version": "v2" } });
}

const ready = { observedGeneration: 2, conditions: [{ type: "Ready", status: "True" }] };
const infra = kustomization("infra", { status: ready, annotations: { "app/version": "v1" } });
const failing = kustomization("infra", {
  status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "False", reason: "HealthCheckFailed" }] },
  annotations: { "app/version": "v2" },
});

test("without an expression the condition Ready of the observed generation decides", () => {
  expect(dependencyIsReady(asking(), infra)).toEqual({ state: "ready" });
  expect(dependencyIsReady(asking(), failing)).toEqual({
    state: "waiting",
    message: "dependency 'flux-system/infra' is not ready",
  });
  expect(hasReadyExpression(asking())).toBe(false);
});

const versions = "self.metadata.annotations['app/version'] == dep.metadata.annotations['app/version']";

test("an expression decides in place of the condition, unless Flux was told to ask both", () => {
  expect(hasReadyExpression(asking(versions))).toBe(true);
  expect(dependencyIsReady(asking(versions), infra).state).toBe("waiting");
  expect(dependencyIsReady(asking(versions), failing).state).toBe("ready");
  expect(dependencyIsReady(asking(versions), failing, { additive: true }).state).toBe("waiting");
});

test.each([
  [
    "dep.status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True') && dep.metadata.generation == dep.status.observedGeneration",
    "ready",
  ],
  ["dep.status.observedGeneration >= 3", "waiting"],
  ["dep.status.missing == 'x'", "waiting"],
  ["has(dep.status.missing)", "waiting"],
  ["dep.metadata.?labels['x'].orValue('none') == 'none'", "ready"],
  ["dep.status.ready", "failed"],
  ["self.generation == deps.generation", "failed"],
  ["sets.contains(dep.spec.list, ['a'])", "not evaluated"],
  ["'a'.replace('a', 'b') == 'b'", "not evaluated"],
  ["dep.status. ==", "not evaluated"],
])("%s is %s", (expression, state) => {
  expect(dependencyIsReady(asking(expression), infra).state).toBe(state);
});
