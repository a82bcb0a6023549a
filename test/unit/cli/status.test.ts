import { expect, test } from "vitest";
import { daysLeft, describe as describeView, type StatusReport } from "../../../cli/status/status-report.js";
import { renderStatus } from "../../../cli/status/status-tables.js";
import type { KubeObject } from "../../../packages/health/kube-object.js";

const url = "https://gitlab.example/team/app.git";
const head = "4bce429b553d7081ee758c0e17147b101cfee4de";

const deployment = (namespace: string, name: string, ready: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace, name, generation: 1 },
  spec: { replicas: 3 },
  status: { observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: ready, availableReplicas: ready },
});

const source = (revision: string): KubeObject => ({
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "GitRepository",
  metadata: { namespace: "default", name: "app", generation: 1 },
  spec: { url },
  status: {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status: "True", message: "stored artifact" }],
    artifact: { revision: `main@sha1:${revision}` },
  },
});

const kustomization: KubeObject = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { namespace: "default", name: "app", generation: 1 },
  status: {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status: "True", message: "applied" }],
    inventory: { entries: [{ id: "default_nginx_apps_Deployment", v: "v1" }] },
  },
};

const repository = { url, branch: "main", head, protected: true };

test("a source behind its branch is not ready, though its own condition says so", () => {
  const view = { sources: [source("0".repeat(40))], kustomizations: [], workloads: [] };
  expect(describeView(view, [repository]).flux).toMatchObject([
    { name: "app", ready: false, revision: "00000000", message: "has revision 00000000, published is 4bce429b" },
  ]);
});

test("workloads show their pods, and those that nobody applied through Git are told apart", () => {
  const workloads = [deployment("default", "nginx", 2), deployment("default", "by-hand", 3)];
  const { workloads: rows } = describeView({ sources: [], kustomizations: [kustomization], workloads }, []);
  expect(rows.map(({ name, ready, revision, message }) => [name, ready, revision, message])).toEqual([
    ["nginx", false, "2/3", "2 of 3 replicas available"],
    ["by-hand", false, "3/3", "not applied by Flux"],
  ]);
});

test("days left are whole days, and a token may never expire", () => {
  const now = Date.parse("2027-01-01T12:00:00Z");
  expect(daysLeft("2027-01-03T00:00:00Z", now)).toBe(1);
  expect(daysLeft("2026-12-31T00:00:00Z", now)).toBe(-2);
  expect(daysLeft(null, now)).toBeNull();
});

test("people see what is wrong below the tables, one line each", () => {
  const report: StatusReport = {
    stack: "embedded",
    ok: false,
    cluster: { name: "west", kubernetesVersion: "v1.36.3", state: "running" },
    repositories: [{ ...repository, protected: false }],
    tokens: [{ name: "west-app", owner: "deploy token", scopes: ["read_repository"], daysLeft: null }],
    flux: [],
    workloads: [],
    problems: ["branch main is not protected", "GitLab: nothing listens"],
  };
  expect(renderStatus(report)).toBe(`cluster west  running  v1.36.3

REPOSITORY                           BRANCH  HEAD      PUSH
${url}  main    4bce429b  open

TOKEN     USED AS       SCOPES           DAYS LEFT
west-app  deploy token  read_repository  never expires

! branch main is not protected
! GitLab: nothing listens`);
});

const imageObject = (kind: string, ready: boolean, message: string, status: KubeObject["status"] = {}): KubeObject => ({
  apiVersion: "image.toolkit.fluxcd.io/v1",
  kind,
  metadata: { namespace: "default", name: "shop", generation: 1 },
  status: {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status: ready ? "True" : "False", reason: "Checked", message }],
    ...status,
  },
});

test("an image policy shows the latest image, and a registry that cannot be read is not ready", () => {
  const images = [
    imageObject("ImageRepository", false, "401 Unauthorized"),
    imageObject("ImagePolicy", true, "Latest image tag", { latestRef: { name: "example.org/shop", tag: "1.4.2" } }),
    imageObject("ImageUpdateAutomation", true, "pushed", { lastPushCommit: head }),
  ];
  const rows = describeView({ sources: [], kustomizations: [], workloads: [] }, [], images).flux;
  expect(rows.map(({ kind, ready, revision, message }) => [kind, ready, revision, message])).toEqual([
    ["ImageRepository", false, "", "Checked: 401 Unauthorized"],
    ["ImagePolicy", true, "1.4.2", "latest image example.org/shop:1.4.2"],
    ["ImageUpdateAutomation", true, "4bce429b", "pushed"],
  ]);
});

test("a source that is only pushed to may be behind its branch", () => {
  const behind = source("0".repeat(40));
  const annotated = { ...behind, metadata: { ...behind.metadata, annotations: { "timonier/push-only": "true" } } };
  const view = { sources: [annotated], kustomizations: [], workloads: [] };
  expect(describeView(view, [repository]).flux).toMatchObject([{ ready: true }]);
});
