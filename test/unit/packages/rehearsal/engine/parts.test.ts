import { expect, test } from "vitest";
import { admissionObjects, probePolicies } from "../../../../../packages/rehearsal/engine/admission-policies.js";
import { rehearsalProfile } from "../../../../../packages/rehearsal/engine/cluster-profile.js";
import { controllerArguments } from "../../../../../packages/rehearsal/engine/flux-controllers.js";
import { rehearsalLayout, rehearsalRoot } from "../../../../../packages/rehearsal/engine/rehearsal-layout.js";
import { listAt, textAt } from "../../../../../packages/rehearsal/model/kube-objects.js";

const layout = rehearsalLayout("/r");
const ports = { kustomizeHealthPort: 1, kustomizeMetricsPort: 2, artifactPort: 3 };
const record = { ports, pins: "", kubernetesVersion: "v1.36.3" };

test("GIVEN the cluster's own arguments WHEN a controller is started THEN they come beside the rehearsal's, its gates together", () => {
  const args = controllerArguments("kustomize-controller", layout, record, [
    "--no-cross-namespace-refs=true",
    "--feature-gates=A=true",
  ]);
  expect(args).toContain("--no-cross-namespace-refs=true");
  expect(args.filter((arg) => arg.startsWith("--feature-gates"))).toEqual([
    "--feature-gates=A=true,CancelHealthCheckOnNewRevision=true",
  ]);
  expect(args).toContain("--health-addr=127.0.0.1:1");
});

test("GIVEN routes WHEN the API server is told THEN only sources with a clone are rewritten, and each policy is bound", () => {
  const objects = admissionObjects({ server: "http://127.0.0.1:7", trees: { "https://h/x.git": "t0" } });
  expect(JSON.stringify(objects)).toContain('object.spec.url in {\\"https://h/x.git\\": \\"t0\\"}');
  const names = (kind: string) => objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
  expect(names("MutatingAdmissionPolicyBinding")).toEqual(names("MutatingAdmissionPolicy"));
});

test("GIVEN a tree with definitions of another Flux WHEN admitted THEN the rehearsal keeps its own, unless it changes them itself", () => {
  const policy = admissionObjects({ server: "http://127.0.0.1:7", trees: {} }).find(
    ({ kind, metadata }) => kind === "MutatingAdmissionPolicy" && metadata.name.endsWith("flux-definitions"),
  );
  expect(policy?.spec).toMatchObject({
    matchConstraints: { resourceRules: [{ operations: ["UPDATE"], resources: ["customresourcedefinitions"] }] },
    mutations: [{ jsonPatch: { expression: '[JSONPatch{op: "replace", path: "/spec", value: oldObject.spec}]' } }],
  });
  expect(JSON.stringify(policy?.spec)).toContain("rehearsal.timonier/versions");
});

test("the folder is TIMONIER_REHEARSAL, else in the tools' cache", () => {
  expect(rehearsalRoot({ TIMONIER_REHEARSAL: "/a/b" })).toBe("/a/b");
  expect(rehearsalRoot({ TIMONIER_CACHE: "/c" })).toBe("/c/rehearsal");
});

test("no webhook is called, no scheduler runs, and no kwok waits for another one's lease", () => {
  const args = Object.fromEntries(rehearsalProfile.components.map(({ name, args }) => [name, args("/pki")]));
  expect(args["kube-apiserver"]?.["disable-admission-plugins"]).toBe(
    "ValidatingAdmissionWebhook,MutatingAdmissionWebhook,PersistentVolumeClaimResize",
  );
  expect(args["kwok-controller"]?.["node-lease-duration-seconds"]).toBe("0");
  expect(args).not.toHaveProperty("kube-scheduler");
});

test("no CronJob fires by the clock, and Services have addresses of both families", () => {
  const args = Object.fromEntries(rehearsalProfile.components.map(({ name, args }) => [name, args("/pki")]));
  expect(args["kube-controller-manager"]?.controllers?.split(",")).toContain("-cronjob-controller");
  expect(args["kube-apiserver"]?.["service-cluster-ip-range"]).toBe("0.0.0.0/2,fd00::/64");
});

test("what a manifest no longer says is not kept from before, by the same policy that keeps it", () => {
  const objects = admissionObjects({ server: "http://127.0.0.1:7", trees: {} });
  for (const name of ["decryption", "health-expressions", "conversion", "artifacts"]) {
    const policy = objects.find((one) => one.metadata.name === `rehearsal.timonier-${name}`);
    const [condition] = listAt(policy, "spec", "matchConditions");
    const [mutation] = listAt(policy, "spec", "mutations");
    expect(textAt(condition, "expression")).toContain('orValue("") in ["kustomize-controller"');
    expect(textAt(mutation, "jsonPatch", "expression")).toMatch(
      / : \[JSONPatch\{op: "remove", path: "\/metadata\/annotations/,
    );
  }
});

test("each wait for the policies has probes of its own, so that it also shows that new bindings are in force", () => {
  const named = (label: string) => probePolicies(label).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(new Set(named("m1").map((one) => one.split(" ")[0]))).toEqual(
    new Set(["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"]),
  );
  expect(named("m1").filter((one) => named("m2").includes(one))).toEqual([]);
  expect(named("m1").every((one) => one.includes(" rehearsal.timonier"))).toBe(true);
});
