import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../../../infra/config.js";
import { engineConfig } from "../../../../../infra/project-config.js";

const read = (path: string) => parse(readFileSync(new URL(`../../../../../${path}`, import.meta.url), "utf8"));
const settings = (more: Record<string, string>) =>
  engineConfig(read("Pulumi.yaml"), {
    ...read("infra/stacks/Pulumi.minikube.yaml").config,
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`timonier:${key}`, value])),
  });
const config = (more: Record<string, string> = {}) => parseConfig(settings(more), "minikube");

test("the committed stack: a docker profile of its own, repositories on a GitLab elsewhere", () => {
  expect(config()).toMatchObject({
    cluster: {
      ...{ kind: "minikube", name: "minikube", profile: "minikube", owned: true, driver: "docker", runtime: "docker" },
      ...{ kubernetesVersion: "1.35.1", nodes: 1, cpus: 2, memory: 4096, addons: [] },
    },
    gitlab: { kind: "remote", url: "https://gitlab.com" },
  });
});

test("a driver with a single profile gets that profile", () => {
  expect(config({ clusterName: "west", minikubeDriver: "none" }).cluster).toMatchObject({ profile: "minikube" });
  expect(() => config({ minikubeDriver: "none", minikubeProfile: "west" })).toThrow(
    /supports only the profile minikube/,
  );
});

test.each([
  [{ minikubeDriver: "none", minikubeNodes: "2" }, /at most 1 nodes/],
  [{ minikubeDriver: "none", minikubeCaFile: "ca.pem" }, /the machine's own authorities/],
  [{ minikubeRuntime: "containerd", minikubeRegistryMirror: "https://m.example" }, /only to the Docker daemon/],
  [{ minikubeDriver: "hyperv" }, /"none" or "docker" or "podman" or "kvm2" or "virtualbox" or "qemu2" or "vfkit"/],
  [{ minikubeVersion: "1.35" }, /a version such as 1.35.1/],
])("%j is refused", (more, words) => {
  expect(() => config(more as Record<string, string>)).toThrow(words);
});

test("pods find the embedded GitLab at the driver's address, or at the one that is named", () => {
  const gitlab = (more: Record<string, string>) => config({ gitlab: "embedded", ...more }).gitlab;
  expect(gitlab({ minikubeDriver: "none" })).toEqual({ kind: "embedded", hostAddress: "10.244.0.1" });
  expect(gitlab({ minikubeDriver: "virtualbox" })).toEqual({ kind: "embedded", hostAddress: "192.168.59.1" });
  expect(gitlab({ gitlabAddress: "192.168.58.1" })).toEqual({ kind: "embedded", hostAddress: "192.168.58.1" });
  for (const minikubeDriver of ["qemu2", "vfkit", "krunkit", "hyperkit"]) {
    expect(() => gitlab({ minikubeDriver })).toThrow(/do not reach the embedded GitLab/);
  }
});
