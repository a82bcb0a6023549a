import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { isRestored, stopRehearsal } from "../../packages/rehearsal/engine/lifetime.js";
import type { Report } from "../../packages/report/model.js";
import {
  commit,
  deployment,
  type Files,
  git,
  gotkSync,
  kustomization,
  makeClone,
  rehearsals,
  said,
  setupUrl,
} from "./rehearsal-support.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "rehearse-untouched-")));
const setup = join(root, "setup");
const { layout, rehearsal } = rehearsals(join(root, "plane"));

const inDefault = "  targetNamespace: default\n";
const map = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: ${value}}\n`;

const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: tenant, namespace: flux-system}\n";

const rights = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: tenant, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: tenant, namespace: flux-system}]
`;

const base: Files = {
  "clusters/prod/flux-system/gotk-sync.yaml": gotkSync,
  "clusters/prod/infra.yaml": kustomization("infra", "./apps/infra", inDefault),
  "clusters/prod/web.yaml": kustomization("web", "./apps/web", `${inDefault}  dependsOn: [{name: infra}]\n`),
  "clusters/prod/store.yaml": kustomization("store", "./apps/store", `${inDefault}  dependsOn: [{name: infra}]\n`),
  "clusters/prod/rules.yaml": kustomization("rules", "./apps/rules", "  dependsOn: [{name: infra}]\n"),
  "clusters/prod/tenant.yaml": kustomization("tenant", "./apps/tenant", `${inDefault}  serviceAccountName: tenant\n`),
  "apps/infra/config.yaml": map("infra", "b"),
  "apps/web/deployment.yaml": deployment("web"),
  "apps/store/kustomization.yaml": "resources: [deployment.yaml, ../shared/config.yaml]\n",
  "apps/store/deployment.yaml": deployment("store"),
  "apps/shared/config.yaml": map("shared", "b"),
  "apps/rules/account.yaml": account,
  "apps/rules/rights.yaml": rights,
  "apps/tenant/config.yaml": map("tenant", "b"),
};

/** Keeps Deployments from having one replica. */
const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
  validations: [{expression: "object.spec.replicas > 1", message: "one replica is not enough"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: replicas}
spec: {policyName: replicas, validationActions: [Deny]}
`;

beforeAll(async () => {
  await makeClone(setup, setupUrl, base);
});

beforeEach(async () => {
  await git(setup, "checkout", "-q", "-B", "change", "main");
});

afterAll(async () => {
  await stopRehearsal(layout);
  rmSync(root, { recursive: true, force: true });
});

interface LogLine {
  readonly msg: string;
  readonly name?: string;
  readonly revision?: string;
}

function controllerLog(): LogLine[] {
  const file = join(layout.flux, "kustomize-controller.log");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** Names of the Kustomizations that were really applied at the head. */
async function applied(): Promise<string[]> {
  const head = await git(setup, "rev-parse", "HEAD");
  const finished = controllerLog().filter(
    ({ msg, revision }) => /^Reconciliation finished/.test(msg) && revision?.endsWith(head),
  );
  return [...new Set(finished.flatMap(({ name }) => name ?? []))].sort();
}

const starts = () => controllerLog().filter(({ msg }) => msg === "starting manager").length;

/**
 * Rehearses, and holds what was applied against what should have been. Controllers that have just
 * been started look at everything: on a busy machine a control plane may not answer soon enough
 * after its halt, and is started again.
 */
async function rehearsedWith(names: readonly string[]): Promise<Report> {
  const before = starts();
  const report = await rehearsal({ cwd: setup });
  if (starts() > Math.max(before, 1)) console.log("the controllers were started again: they applied everything");
  else await expect.poll(applied, { timeout: 5_000 }).toEqual(names);
  return report;
}

async function restoreInPlace(): Promise<void> {
  while (!isRestored(layout)) await sleep(100);
}

const ready = ({ reconciliations }: Report) =>
  Object.fromEntries(reconciliations.map((one) => [one.ref.name, one.ready]));

const readyBefore = ({ reconciliations }: Report) =>
  Object.fromEntries(reconciliations.map((one) => [one.ref.name, one.readyBefore]));

const kept = ({ simulated }: Report) => simulated.find((sentence) => sentence.startsWith("unchanged: "));

const allReady = Object.fromEntries(
  ["flux-system", "infra", "rules", "store", "tenant", "web"].map((name) => [name, "True"]),
);

test("a Kustomization that a merge does not touch is not applied again, and the report says so", async () => {
  await commit(setup, { "apps/web/deployment.yaml": deployment("web", { replicas: 2 }) });
  // A controller asks what one depends on together with it. A folder that takes in others is the same where these are.
  const report = await rehearsedWith(["infra", "web"]);
  expect(said(report)).toEqual(["updated Deployment default/web"]);
  expect(ready(report)).toEqual(allReady);
  expect(kept(report)).toBe(
    "unchanged: 5 Kustomizations, not applied again, because the merge does not affect their files or objects",
  );
  const head = await git(setup, "rev-parse", "HEAD");
  for (const { message } of report.reconciliations) expect(message).toContain(head);
});

test("what a folder takes in from outside of it is its own", async () => {
  await restoreInPlace();
  await commit(setup, { "apps/shared/config.yaml": map("shared", "c") });
  const report = await rehearsedWith(["infra", "store"]);
  expect(said(report)).toEqual(["updated ConfigMap default/shared"]);
});

test("those whose files are the same are applied again where what changes may reach them: a right that goes", async () => {
  await commit(setup, { "apps/rules/rights.yaml": undefined });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  expect(ready(report)).toEqual({ ...allReady, tenant: "False" });
  expect(kept(report)).toBeUndefined();
  const message = report.reconciliations.find((one) => one.ref.name === "tenant")?.message;
  expect(message).toContain("forbidden");
});

test("those whose files are the same, and those that were applied before it, are held against a policy that is new", async () => {
  await commit(setup, { "apps/rules/policy.yaml": policy });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  expect(ready(report)).toEqual({ ...allReady, store: "False", web: "False" });
  expect(kept(report)).toBeUndefined();
  const message = report.reconciliations.find((one) => one.ref.name === "web")?.message;
  expect(message).toContain("one replica is not enough");
});

test("a Kustomization that violates a policy of the base failed before the merge, and is Ready once the policy is deleted", async () => {
  await commit(setup, { "apps/rules/policy.yaml": policy });
  await commit(setup, { "apps/infra/config.yaml": map("infra", "c") });
  const held = await rehearsal({ cwd: setup, base: "HEAD~1" });
  expect(said(held)).toEqual(["updated ConfigMap default/infra"]);
  expect(held.verdict).toBe("safe");
  expect(ready(held)).toEqual({ ...allReady, store: "False", web: "False" });
  expect(readyBefore(held)).toEqual(ready(held));

  await git(setup, "reset", "-q", "--hard", "HEAD~1");
  await commit(setup, { "apps/rules/policy.yaml": undefined });
  const lifted = await rehearsal({ cwd: setup, base: "HEAD~1" });
  expect(ready(lifted)).toEqual(allReady);
  expect(readyBefore(lifted)).toEqual(ready(held));
});
