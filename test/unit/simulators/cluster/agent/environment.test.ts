import fc from "fast-check";
import { expect, test } from "vitest";
import { containerEnvironment } from "../../../../../simulators/cluster/agent/environment.js";
import type { Container, Pod } from "../../../../../simulators/cluster/agent/pod-objects.js";
import { parseQuantity } from "../../../../../simulators/cluster/agent/quantity.js";
import { expandReferences } from "../../../../../simulators/cluster/agent/references.js";

const data = {
  configMap: (name: string) => (name === "settings" ? { PROXY: "http://proxy", other: "x" } : undefined),
  secret: (name: string) => (name === "credentials" ? { password: "canary" } : undefined),
};

function podWith(container: Partial<Container>): [Container, Pod] {
  const whole = { name: "manager", image: "i", ...container };
  return [
    whole,
    {
      metadata: { name: "pod", namespace: "flux-system", uid: "u", labels: { app: "a" } },
      spec: { nodeName: "embedded", serviceAccountName: "sa", containers: [whole] },
      status: { podIP: "10.244.128.2" },
    },
  ];
}

test("literals, references to earlier variables, the downward API and limits become values", () => {
  const [container, pod] = podWith({
    resources: { limits: { memory: "1Gi", cpu: "1500m" } },
    env: [
      { name: "RUNTIME_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      { name: "APP", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "URL", value: "http://x.$(RUNTIME_NAMESPACE)/$(LATER)" },
      { name: "LATER", value: "l" },
      { name: "GOMEMLIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
      { name: "MEGA", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      { name: "GOMAXPROCS", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
    ],
  });
  expect(containerEnvironment(container, pod, data)).toEqual({
    RUNTIME_NAMESPACE: "flux-system",
    APP: "a",
    IP: "10.244.128.2",
    URL: "http://x.flux-system/$(LATER)",
    LATER: "l",
    GOMEMLIMIT: "1073741824",
    MEGA: "1024",
    GOMAXPROCS: "2",
  });
});

test("ConfigMaps and Secrets give values, and a missing one keeps the container from starting", () => {
  const [container, pod] = podWith({
    envFrom: [{ prefix: "C_", configMapRef: { name: "settings" } }, { secretRef: { name: "gone", optional: true } }],
    env: [
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "credentials", key: "password" } } },
      { name: "NOTHING", valueFrom: { secretKeyRef: { name: "gone", key: "k", optional: true } } },
    ],
  });
  expect(containerEnvironment(container, pod, data)).toEqual({
    C_PROXY: "http://proxy",
    C_other: "x",
    PASSWORD: "canary",
  });

  const missing = { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "nope" } } }] };
  expect(() => containerEnvironment(...podWith(missing), data)).toThrow("couldn't find key nope in configmap settings");
});

test.each([
  ["$(A)-$(B)", "1-$(B)"],
  ["$$(A)", "$(A)"],
  ["$(A", "$(A"],
  ["$$$(A)", "$1"],
  ["$(toString)", "$(toString)"],
])("the reference %s expands to %s", (text, expected) => {
  expect(expandReferences(text, { A: "1" })).toBe(expected);
});

test("text without a dollar sign is not changed by expansion", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const plain = text.replaceAll("$", "");
      expect(expandReferences(plain, { A: "1" })).toBe(plain);
    }),
  );
});

test("quantities are numbers of their unit", () => {
  expect(["500m", "2", "64Mi", "1e3", "1.5Gi", "3k"].map(parseQuantity)).toEqual([
    0.5, 2, 67108864, 1000, 1610612736, 3000,
  ]);
  expect(() => parseQuantity("1 GB")).toThrow('expected a quantity such as 500m or 1Gi, not "1 GB"');
});
