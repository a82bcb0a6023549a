import { expect, test } from "vitest";
import { portOptions } from "../../../../packages/control-plane/components.js";
import { kwokctlConfiguration } from "../../../../packages/control-plane/kwokctl.js";
import { clusterLayout } from "../../../../packages/control-plane/layout.js";
import { toolsIn } from "../../../../packages/control-plane/tools.js";

const ports = Object.fromEntries(portOptions.map((option, index) => [option, 20_000 + index]));
const documents = kwokctlConfiguration(clusterLayout("/state"), toolsIn("/bin/tools"), {
  ...ports,
  runtimeAgentPort: 1,
})
  .split("\n---\n")
  .map((text) => JSON.parse(text));
const [configuration, ...stages] = documents;

test("every component has its own program, a kept port and 127.0.0.1", () => {
  expect(configuration.options).toEqual({
    runtime: "binary",
    bindAddress: "127.0.0.1",
    ...ports,
    etcdBinary: "/bin/tools/etcd",
    kubeApiserverBinary: "/bin/tools/kube-apiserver",
    kubeControllerManagerBinary: "/bin/tools/kube-controller-manager",
    kubeSchedulerBinary: "/bin/tools/kube-scheduler",
    kwokControllerBinary: "/bin/tools/kwok",
  });
});

test("no election makes a restarted component wait for a lease of before", () => {
  const args = (name: string) =>
    configuration.componentsPatches.find((patch: { name: string }) => patch.name === name).extraArgs;
  expect(args("kube-controller-manager")).toContainEqual({ key: "leader-elect", value: "false" });
  expect(args("kube-scheduler")).toContainEqual({ key: "leader-elect", value: "false" });
});

test("every stage of a pod leaves the agent's images alone", () => {
  const pods = stages.filter((stage) => stage.spec.resourceRef.kind === "Pod");
  expect(pods.length).toBeGreaterThan(3);
  for (const { metadata, spec } of pods) {
    const keys = spec.selector.matchExpressions
      .filter((one: { operator: string }) => one.operator === "DoesNotExist")
      .map((one: { key: string }) => one.key);
    expect(keys.join("\n"), metadata.name).toContain("fluxcd/source-controller");
  }
  expect(stages.filter((stage) => stage.spec.resourceRef.kind === "Node")).toHaveLength(2);
});
