import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSettingsFiles } from "../../../../apps/settings-file.js";
import { collectEnvironments, type EnvironmentReads } from "../../../../cli/environments/collect-environments.js";
import type { StackEnvironment } from "../../../../cli/environments/environment-stacks.js";
import { findStack } from "../../../../cli/stack/stack.js";
import { StateFolder } from "../../../../packages/kit/state-folder.js";
import { UserError } from "../../../../packages/kit/user-error.js";
import type { ProgramRecord } from "../../../../packages/manifests/program-record.js";
import { commit, kustomization, now, record, view } from "./samples.js";
import { stackOutputs } from "./stack-state.js";

const root = mkdtempSync(join(tmpdir(), "timonier-collect-"));
afterAll(() => rmSync(root, { recursive: true }));

const { settings } = await readSettingsFiles();
const environments = "environments:\n  - name: staging\n  - { name: production, soak: 30m }\n";
const files = { settings, environments };

function stack(name: string, environment: string, isUp = true): StackEnvironment {
  const outputs = { ...stackOutputs, cluster: name, kubeconfig: name, environment };
  return { stack: findStack(name, new StateFolder(root)), environment, outputs: isUp ? outputs : undefined };
}

/** Records by environment, and by `ENVIRONMENT COMMIT`. */
function reads(
  stacks: readonly StackEnvironment[],
  records: Readonly<Record<string, ProgramRecord>>,
  more: Partial<EnvironmentReads> = {},
): EnvironmentReads {
  return {
    stacks: async () => stacks,
    view: async (kubeconfig) => view(kustomization("myapp", commit(kubeconfig === "lab" ? "a" : "b"), 5)),
    repositories: async () => ({
      record: async (environment, commit) => {
        return records[commit === undefined ? environment : `${environment} ${commit}`] ?? new Map();
      },
      images: async () => new Map(),
      mergeRequests: async ({ environment, clusters }) => {
        const branch = `timonier/promote-${environment}`;
        return environment === "production" ? [{ branch, url: "https://x", reference: `x!${clusters.join()}` }] : [];
      },
    }),
    ...more,
  };
}

const [newer, older] = ["new", "x"].map((nginx) => record({ nginx }, { kustomization: "myapp" })) as [
  ProgramRecord,
  ProgramRecord,
];
const records = {
  staging: newer,
  [`staging ${commit("a")}`]: newer,
  production: older,
  [`production ${commit("b")}`]: older,
};
const stacks = [stack("lab", "staging"), stack("west", "production")];
const collect = (given: EnvironmentReads, read = files) => collectEnvironments(read, now, given);

test("each environment is read from its own clusters, with the records of the revisions that run", async () => {
  const report = await collect(reads(stacks, records));
  expect(report).toMatchObject({ ok: true, problems: [] });
  const [nginx] = report.applications;
  expect(
    nginx?.environments.map(({ environment, state, revision, program }) => [environment, state, revision, program]),
  ).toEqual([
    ["staging", "ready", commit("a"), commit(3)],
    ["production", "ready", commit("b"), commit(1)],
  ]);
  expect(report.ahead).toMatchObject([{ environment: "staging", of: "production", applications: ["nginx"] }]);
  expect(report.waiting.map((one) => [one.environment, one.for])).toEqual([
    ["production", "merge"],
    ["production", "soak"],
  ]);
  expect(report.waiting[0]?.message).toContain("x!west");
});

test("a cluster that does not answer is a problem, and does not hide the others", async () => {
  const failing = async (kubeconfig: string) => {
    if (kubeconfig === "lab")
      throw new UserError("the cluster does not answer", "https://x", "npm run up", { code: "TIM-302" });
    return view(kustomization("myapp", commit("b"), 5));
  };
  const report = await collect(reads(stacks, records, { view: failing }));
  expect(report).toMatchObject({ ok: false, problems: ["stack lab, cluster: the cluster does not answer"] });
  expect(report.applications[0]?.environments.map(({ state }) => state)).toEqual(["unknown", "ready"]);
  expect(report.environments.map((one) => one.stacks[0]?.state)).toEqual(["unreachable", "running"]);
});

test("a GitLab that does not answer is one problem for each environment, and clusters are still shown", async () => {
  const silent = async () => {
    throw new Error("GitLab does not answer\n  at length");
  };
  const repositories = async () => ({ record: silent, mergeRequests: silent, images: silent });
  const report = await collect(reads(stacks, records, { repositories }));
  expect(report.problems).toEqual([
    "environment staging, GitLab: GitLab does not answer",
    "environment production, GitLab: GitLab does not answer",
  ]);
  expect(report.applications[0]?.environments[0]).toMatchObject({ state: "ready", revision: commit("a") });
});

test("an environment without a stack here is read from the repositories of another one", async () => {
  const report = await collect(reads([stack("lab", "staging")], records));
  expect(report.problems).toEqual(["environment production: no stack belongs to it"]);
  expect(report.ahead).toMatchObject([{ environment: "staging", of: "production", applications: ["nginx"] }]);
});

test("stacks that are not up, cannot be read or name no known environment are problems", async () => {
  const broken = { ...stack("lost", "production", false), error: new Error("state of stack lost is incomplete") };
  const report = await collect(
    reads([...stacks, stack("east", "production", false), stack("old", "test"), broken], records),
  );
  expect(report.problems.toSorted()).toEqual([
    "stack east: not up; run: npm run up -- -s east",
    "stack lost: state of stack lost is incomplete",
    "stack old: apps/environments.yaml has no environment test",
  ]);
});

test("without environments there is nothing to show", async () => {
  const none = { ...files, environments: "environments: []\n" };
  await expect(collect(reads(stacks, records), none)).rejects.toThrow(/there is no environment\n.*environments.yaml/);
});
