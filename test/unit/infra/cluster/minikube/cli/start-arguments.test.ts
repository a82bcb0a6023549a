import { expect, test } from "vitest";
import { restartArguments, startArguments } from "../../../../../../infra/cluster/minikube/cli/start-arguments.js";
import type { ProfileSpec } from "../../../../../../infra/resources/minikube-profile/schema.js";

const spec: ProfileSpec = {
  ...{ stack: "minikube", profile: "team", driver: "docker", version: "1.35.1", runtime: "docker", nodes: 2 },
  ...{ cpus: 4, memory: 6000, addons: ["ingress", "metrics-server"], registryMirror: "https://mirror.example" },
  extraCa: "-----BEGIN CERTIFICATE-----",
};

test("settings become minikube's arguments", () => {
  expect(startArguments(spec)).toEqual([
    ...["start", "--profile=team", "--output=json", "--interactive=false", "--driver=docker"],
    ...["--kubernetes-version=v1.35.1", "--container-runtime=docker", "--cpus=4", "--memory=6000mb", "--nodes=2"],
    ...["--addons=ingress,metrics-server", "--registry-mirror=https://mirror.example", "--embed-certs=true"],
  ]);
});

test("a driver without a machine of its own has neither size nor choice of a network", () => {
  const given = startArguments({ ...spec, driver: "none", nodes: 1, addons: [] });
  expect(given).toContain("--cni=bridge");
  expect(given.join(" ")).not.toMatch(/cpus|memory|nodes|addons/);
});

test("an existing profile does not get the arguments that only a new one takes", () => {
  expect(restartArguments(spec)).toEqual([
    ...["start", "--profile=team", "--output=json", "--interactive=false", "--driver=docker"],
    ...["--kubernetes-version=v1.35.1", "--container-runtime=docker", "--embed-certs=true"],
  ]);
});
