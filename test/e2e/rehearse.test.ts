import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkout } from "../../packages/kit/state-folder.js";
import { stopRehearsal } from "../../packages/rehearsal/engine/lifetime.js";
import { judgeGate } from "../../packages/report/gate.js";
import { parseReport } from "../../packages/report/read-report.js";
import {
  commit,
  deployment,
  type Files,
  git,
  gotkSync,
  kustomization,
  makeClone,
  nameOf,
  rehearsals,
  said,
  setupUrl,
  writeFiles,
} from "./rehearsal-support.js";

const root = realpathSync(mkdtempSync(join(tmpdir(), "rehearse ")));
const setup = join(root, "setup");
const { layout, rehearsal } = rehearsals(join(root, "plane"));

const claim = `apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
`;

const base: Files = {
  "clusters/prod/flux-system/gotk-sync.yaml": gotkSync,
  "clusters/prod/web.yaml": kustomization("web", "./apps/web", "  targetNamespace: default\n"),
  "clusters/prod/store.yaml": kustomization(
    "store",
    "./apps/store",
    "  targetNamespace: default\n  wait: true\n  dependsOn: [{name: web}]\n",
  ),
  "apps/web/deployment.yaml": deployment("web"),
  "apps/web/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n",
  "apps/web/secret.yaml":
    "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: first-password}\n",
  "apps/store/claim.yaml": claim,
  "apps/store/deployment.yaml": deployment("store"),
};

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

test("a changed number of replicas is safe, and the report shows nothing else", async () => {
  await commit(setup, { "apps/web/deployment.yaml": deployment("web", { replicas: 3 }) });
  const report = await rehearsal({ cwd: setup });
  expect(report.error).toBeUndefined();
  expect(said(report)).toEqual(["updated Deployment default/web"]);
  expect(report.changes[0]?.diff).toContain("-  replicas: 1\n+  replicas: 3\n");
  expect(report.changes[0]?.owner).toBe("Kustomization flux-system/web");
  expect(report.verdict).toBe("safe");
  expect(report.reconciliations.map(({ ref, ready }) => `${ref.name} ${ready}`)).toEqual([
    "flux-system True",
    "web True",
    "store True",
  ]);
  expect(report.head.sha).toBe(await git(setup, "rev-parse", "HEAD"));
});

test("a removed file is pruned; a Secret's values are shown nowhere", async () => {
  await commit(setup, {
    "apps/web/config.yaml": undefined,
    "apps/web/secret.yaml":
      "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: second-password}\n",
  });
  const report = await rehearsal({ cwd: setup });
  expect(report.changes.map(nameOf)).toEqual(["pruned ConfigMap default/web", "updated Secret default/web"]);
  expect(report.verdict).toBe("destructive");
  const text = JSON.stringify(report);
  for (const value of ["first-password", "second-password"]) {
    expect(text).not.toContain(value);
    expect(text).not.toContain(Buffer.from(value).toString("base64"));
  }
});

test("a changed selector is rejected in the API server's words, with what is left out because of it", async () => {
  await commit(setup, {
    "apps/web/deployment.yaml": deployment("web", { app: "other" }),
    "apps/web/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: c}\n",
  });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  const byName = Object.fromEntries(report.changes.map((change) => [nameOf(change), change.message]));
  expect(byName["rejected Deployment default/web"]).toContain("field is immutable");
  expect(byName["rejected ConfigMap default/web"]).toBe(
    "not applied: Kustomization flux-system/web stops at Deployment default/web",
  );
  const ready = Object.fromEntries(report.reconciliations.map((one) => [one.ref.name, `${one.ready} ${one.reason}`]));
  expect(ready.web).toBe("False ReconciliationFailed");
  expect(ready.store).toBe("False DependencyNotReady");
});

test("an object in a namespace that nobody makes is rejected", async () => {
  await commit(setup, {
    "clusters/prod/extra.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nowhere}\n",
  });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  const change = report.changes.find(({ ref }) => ref.name === "a");
  expect(change).toMatchObject({ action: "rejected", message: 'namespaces "nowhere" not found' });
});

test("a renamed Kustomization takes its objects with it, or loses them: what happens is said", async () => {
  await commit(setup, {
    "clusters/prod/store.yaml": undefined,
    "clusters/prod/shop.yaml": kustomization(
      "shop",
      "./apps/store",
      "  targetNamespace: default\n  dependsOn: [{name: web}]\n",
    ),
  });
  const report = await rehearsal({ cwd: setup });
  expect(said(report)).toContain("pruned Kustomization flux-system/store");
  expect(said(report)).toContain("created Kustomization flux-system/shop");
  const moved = report.changes.find(({ ref }) => ref.kind === "Deployment" && ref.name === "store");
  // kustomize-controller may prune with the old one what the new one has taken over already.
  expect(["updated", "recreated", "deleted", "pruned"]).toContain(moved?.action);
  expect(report.verdict).toBe("destructive");
});

test("a circle of dependencies is an answer, not a wait", async () => {
  await commit(setup, {
    "clusters/prod/web.yaml": kustomization(
      "web",
      "./apps/web",
      "  targetNamespace: default\n  dependsOn: [{name: store}]\n",
    ),
  });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  const unready = report.reconciliations.filter(({ ready }) => ready === "False").map(({ ref }) => ref.name);
  expect(unready.sort()).toEqual(["store", "web"]);
  expect(report.reconciliations.map(({ message }) => message).join("\n")).toContain("depends on itself");
});

test("a removed volume claim is a loss of data", async () => {
  await commit(setup, { "apps/store/claim.yaml": undefined });
  const report = await rehearsal({ cwd: setup });
  expect(report.changes[0]).toMatchObject({
    action: "pruned",
    dataLoss: true,
    ref: { kind: "PersistentVolumeClaim", name: "data" },
  });
  expect(report.verdict).toBe("destructive");
});

test("an image that cannot be pulled is known before the health check's timeout", async () => {
  await commit(setup, { "apps/store/deployment.yaml": deployment("store", { image: "Not A Name" }) });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  expect(report.changes.find(({ ref }) => ref.name === "store")).toMatchObject({
    action: "rejected",
    message: expect.stringContaining("InvalidImageName"),
  });
  expect(report.reconciliations.find(({ ref }) => ref.name === "store")).toMatchObject({
    ready: "False",
    reason: "HealthCheckFailed",
  });
});

test("a folder that is not committed is rehearsed as it is, and the clone stays as it was", async () => {
  const folder = join(root, "folder");
  writeFiles(folder, { ...base, "apps/web/deployment.yaml": deployment("web", { image: "nginx:1.27.0" }) });
  const before = await git(setup, "count-objects", "-v");
  const report = await rehearsal({ cwd: setup, dir: folder });
  expect(report.verdict).toBe("safe");
  expect(report.head).toEqual({ ref: folder });
  expect(report.versions).toMatchObject([{ kind: "image", name: "nginx", from: "1.25.1", to: "1.27.0" }]);
  expect(await git(setup, "count-objects", "-v")).toBe(before);
});

test("timonier-rehearse in a clone of another repository gives the same report on the same cluster", async () => {
  await commit(setup, { "apps/web/deployment.yaml": deployment("web", { replicas: 2 }) });
  const program = join(checkout, "packages", "rehearsal", "bin", "timonier-rehearse.mjs");
  const env = { TIMONIER_REHEARSAL: layout.root };
  const standalone = (...args: string[]) => execa(program, args, { cwd: setup, env, reject: false });
  const done = await standalone("--base", "main", "--cluster", "prod", "--format", "json");
  expect(done.exitCode, done.stderr).toBe(0);
  expect(done.stderr).not.toContain("creating a cluster");
  const report = parseReport(done.stdout, "standard output");
  expect([report.verdict, said(report)]).toEqual(["safe", ["updated Deployment default/web"]]);
  const rejected = await standalone("--base", "no-such-branch", "--format", "markdown");
  expect([rejected.exitCode, rejected.stdout]).toEqual([1, expect.stringContaining("no-such-branch")]);
  const wrong = await standalone("--source", "nothing");
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, expect.stringContaining("--source NAMESPACE/NAME=PATH")]);
});

test("what cannot be rehearsed ends in a report that says why", async () => {
  expect(await rehearsal({ cwd: setup, base: "no-such-branch" })).toMatchObject({
    verdict: "unable",
    error: { what: 'there is no commit "no-such-branch"' },
  });
  expect(await rehearsal({ cwd: root })).toMatchObject({
    verdict: "unable",
    error: { what: "there is no clone of a Git repository" },
  });
  expect(await rehearsal({ cwd: setup, dir: join(root, "nothing") })).toMatchObject({
    verdict: "unable",
    error: { what: "there is no such folder" },
  });
});

test("a manifest that cannot be parsed is rejected", async () => {
  await commit(setup, { "apps/web/config.yaml": "apiVersion: v1\nkind: ConfigMap\n  metadata: {{\n" });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  expect(report.reconciliations.find(({ ref }) => ref.name === "web")).toMatchObject({
    ready: "False",
    reason: "BuildFailed",
  });
});

const unreachableChart = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: default}
spec: {interval: 1m, url: "http://127.0.0.1:1/charts"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: db, namespace: default}
spec: {interval: 1m, chart: {spec: {chart: postgres, version: "16.x", sourceRef: {kind: HelmRepository, name: charts}}}}
`;

test("an encrypted Secret is rejected where its Kustomization does not decrypt", async () => {
  const cipher = "ENC[AES256_GCM,data:aGk=,iv:aa==,tag:bb==,type:str]";
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: login}\nstringData: {a: "${cipher}"}\nsops: {mac: "${cipher}"}\n`;
  await commit(setup, { "apps/web/login.yaml": secret });
  const report = await rehearsal({ cwd: setup });
  expect(report.verdict).toBe("rejected");
  const web = report.reconciliations.find(({ ref }) => ref.name === "web");
  expect(web?.message).toBe(
    "Secret/default/login is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
  );
});

test("pods that do not start, or not before a health check ends, are known although no node runs here", async () => {
  const env = "env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: nowhere}}}]";
  await commit(setup, {
    "apps/web/deployment.yaml": deployment("web").replace("[{name: web,", `[{${env}, name: web,`),
    "apps/store/deployment.yaml": deployment("store", { image: "nginx:1.25.2" }).replace(
      "replicas: 1",
      "replicas: 1\n  minReadySeconds: 590",
    ),
  });
  const report = await rehearsal({ cwd: setup });
  const failed = report.changes.flatMap(({ ref, message }) => (message ? [[ref.name, message]] : []));
  expect(failed).toEqual([["web", "does not become ready: ConfigMap default/web has no key nowhere"]]);
  expect(report.reconciliations.find(({ ref }) => ref.name === "store")).toMatchObject({
    ready: "False",
    reason: "HealthCheckFailed",
    message: expect.stringContaining(
      "Deployment default/store: its pods are ready after 0 s and count after 590 s more",
    ),
  });
});

test("a new release whose chart cannot be reached makes the verdict unknown, and nothing else fails because of it", async () => {
  await commit(setup, { "clusters/prod/db.yaml": unreachableChart });
  const report = await rehearsal({ cwd: setup });
  expect(said(report)).toEqual(["created HelmRelease default/db", "created HelmRepository default/charts"]);
  expect(report.verdict).toBe("unknown");
  expect(report.coverage).toEqual({
    files: { evaluated: 0, all: 1 },
    reconciliations: { evaluated: 3, all: 4 },
    objects: { evaluated: 11, all: 11 },
  });
  expect(report.notEvaluated).toEqual([
    { subject: "HelmRelease default/db", reason: "it needs HelmRepository default/charts", affected: true },
    {
      subject: "HelmRepository default/charts",
      reason: expect.stringMatching(/cannot be read from here: .*connection refused/),
      option: expect.stringMatching(/^--source default\/charts=PATH /),
    },
  ]);
  expect(report.reconciliations.filter(({ notEvaluated }) => notEvaluated).map(({ ref }) => ref.name)).toEqual(["db"]);
  expect(judgeGate(report, ["rejected"], []).state).toBe("open");
  expect(judgeGate(report, ["unknown"], []).state).toBe("shut");
});

test("a chart out of reach does not hide what waits for it, or depends on what waits for it", async () => {
  const repository = join(root, "gap");
  await makeClone(repository, "https://gitlab.example.com/group/gap.git", {
    ...base,
    "clusters/prod/infra.yaml": kustomization("infra", "./infra", "  wait: true\n  timeout: 2m\n"),
    "clusters/prod/web.yaml": kustomization(
      "web",
      "./apps/web",
      "  targetNamespace: default\n  dependsOn: [{name: infra}]\n",
    ),
    "infra/db.yaml": unreachableChart,
  });
  await git(repository, "checkout", "-q", "-b", "change");
  await commit(repository, { "apps/store/claim.yaml": undefined });
  const report = await rehearsal({ cwd: repository });
  expect(said(report)).toEqual(["pruned PersistentVolumeClaim default/data"]);
  expect(report.verdict).toBe("destructive");
  expect(report.coverage?.reconciliations).toEqual({ evaluated: 4, all: 5 });

  await commit(repository, { "infra/db.yaml": unreachableChart.replace("16.x", "17.x") });
  const changed = await rehearsal({ cwd: repository, base: "HEAD~1" });
  expect(said(changed)).toEqual(["updated HelmRelease default/db"]);
  expect(changed.verdict).toBe("unknown");
  expect(changed.changes[0]?.diff).toContain(
    "-        version: 16.x\n+        version: 17.x\n".replaceAll("        ", "      "),
  );
});

test("inside an application's repository the setup repository says what happens to it", async () => {
  const app = join(root, "app");
  const url = "https://gitlab.example.com/group/app.git";
  const source = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: app, namespace: default}
spec: {interval: 1m, url: "${url}", ref: {branch: main}, secretRef: {name: app}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: app, namespace: default}
spec: {interval: 1m, path: ./infra, prune: true, targetNamespace: default, sourceRef: {kind: GitRepository, name: app}}
`;
  await commit(setup, { "clusters/prod/app.yaml": source });
  await makeClone(app, "git@gitlab.example.com:group/app.git", { "infra/deployment.yaml": deployment("app") });
  await git(app, "checkout", "-q", "-b", "change");
  await commit(
    app,
    { "infra/deployment.yaml": deployment("app", { replicas: 2 }) },
    "two\n\nTimonier-Cause: apps/v1 Deployment default/app apps/app.ts:7",
  );
  const report = await rehearsal({ cwd: app, root: setup });
  expect(said(report)).toEqual(["updated Deployment default/app"]);
  expect(report.changes[0]).toMatchObject({
    owner: "Kustomization default/app",
    provenance: { file: "apps/app.ts", line: 7 },
  });
  expect(report.verdict).toBe("safe");

  const alone = await rehearsal({ cwd: app });
  expect(said(alone)).toEqual(["updated Deployment default/app"]);
});

test("two at once end in two answers", async () => {
  await commit(setup, { "apps/web/deployment.yaml": deployment("web", { replicas: 4 }) });
  const [one, other] = await Promise.all([rehearsal({ cwd: setup }), rehearsal({ cwd: setup, head: "main" })]);
  expect([one.verdict, said(one)]).toEqual(["safe", ["updated Deployment default/web"]]);
  expect([other.verdict, said(other)]).toEqual(["safe", []]);
});
