import { describe, expect, test } from "vitest";
import { planChange } from "../../../../../../infra/cluster/minikube/cli/plan-change.js";
import type { Found, Profile } from "../../../../../../infra/cluster/minikube/cli/profile.js";
import type { ProfileSpec } from "../../../../../../infra/resources/minikube-profile/schema.js";

const spec: ProfileSpec = {
  ...{ stack: "minikube", profile: "team", driver: "docker", version: "1.34.4", runtime: "containerd" },
  ...{ nodes: 1, cpus: 2, memory: 4096, addons: [] },
};
const profile: Profile = {
  ...{ driver: "docker", kubernetesVersion: "1.34.4", runtime: "containerd", cpus: 2, memory: 4096 },
  ...{ nodes: [""], addons: ["default-storageclass", "storage-provisioner"], registryMirrors: [] },
};
const running = (more: Partial<Profile> = {}): Found => ({ state: "running", profile: { ...profile, ...more } });
const change = (after: Partial<ProfileSpec>, found: Found = running(), before: Partial<ProfileSpec> = {}) =>
  planChange({ ...spec, ...before }, { ...spec, ...before, ...after }, found);
const update = {
  ...{ kind: "update", start: false, addonsOn: [], addonsOff: [], nodesToAdd: 0, nodesToDelete: [] },
};

test("a profile that matches the settings is not changed", () => {
  expect(change({})).toEqual({ kind: "nothing" });
});

describe("in place", () => {
  test("a stopped cluster is started", () => {
    const found: Found = { state: "stopped", profile, missing: "team: Stopped" };
    expect(change({}, found)).toEqual({ ...update, start: true, properties: ["state"] });
  });

  test("a newer Kubernetes version is an upgrade", () => {
    expect(change({ version: "1.35.1" })).toEqual({ ...update, start: true, properties: ["version"] });
  });

  test("addons are enabled and disabled, minikube's own stay", () => {
    const found = running({ addons: ["default-storageclass", "ingress"] });
    expect(change({ addons: ["metrics-server"] }, found, { addons: ["ingress"] })).toEqual({
      ...update,
      ...{ properties: ["addons"], addonsOn: ["metrics-server"], addonsOff: ["ingress"] },
    });
  });

  test("an addon that was disabled outside the program is enabled again", () => {
    expect(change({}, running(), { addons: ["ingress"] })).toEqual({
      ...update,
      ...{ properties: ["addons"], addonsOn: ["ingress"] },
    });
  });

  test("nodes are added, and the last ones deleted", () => {
    expect(change({ nodes: 3 })).toEqual({ ...update, properties: ["nodes"], nodesToAdd: 2 });
    const three = running({ nodes: ["", "m02", "m03"] });
    expect(change({ nodes: 1 }, three, { nodes: 3 })).toEqual({
      ...update,
      ...{ properties: ["nodes"], nodesToDelete: ["m02", "m03"] },
    });
  });

  test("another authority is copied by a start", () => {
    expect(change({ extraCa: "PEM" })).toEqual({ ...update, start: true, properties: ["extraCa"] });
  });
});

describe("by recreating the cluster", () => {
  test.each<[string, Partial<ProfileSpec>]>([
    ["driver", { driver: "podman" }],
    ["runtime", { runtime: "docker" }],
    ["cpus", { cpus: 4 }],
    ["memory", { memory: 8192 }],
    ["registryMirror", { registryMirror: "https://mirror.example" }],
    ["profile", { profile: "other" }],
    ["version", { version: "1.33.9" }],
  ])("because of %s", (property, after) => {
    expect(change(after)).toEqual({ kind: "replace", properties: [property] });
  });

  test("because it is deleted, or minikube cannot read it", () => {
    expect(change({}, { state: "absent" })).toEqual({ kind: "replace", properties: ["identity"] });
    expect(change({ cpus: 4 }, { state: "broken" })).toEqual({ kind: "replace", properties: ["identity"] });
  });

  test("a cluster on the machine itself has the machine's processors and memory, whatever is asked for", () => {
    const found = running({ driver: "none" });
    expect(change({ cpus: 8, memory: 9000 }, found, { driver: "none" })).toEqual({ kind: "nothing" });
  });
});
