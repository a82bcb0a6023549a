import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { StatusReport } from "../../cli/status/status-report.js";
import type { Finding } from "../../infra/finding.js";
import { clusterToolNames } from "../../packages/control-plane/tools.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { removeCluster, startCluster, stopCluster } from "../../simulators/cluster/lifecycle.js";
import { apiOf, apply, eventually, fluxManifests, type KubeObject, toolFolder } from "./cluster-support.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { start as startVerb } from "./support/faults.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// A cluster that the stack does not own: here one of the embedded kind that somebody else started.
// Each test goes on where the one before it stopped.

const theirs = mkdtempSync(join(tmpdir(), "timonier-theirs-"));
const kubeconfig = join(theirs, "kubeconfig");
const stack = ["-s", "existing"] as const;
let gitlab: TestGitLab;
let copy: WorkingCopy;
let api: KubeApi;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  process.env.GITLAB_TOKEN = (await makeUser(gitlab, "pilot")).token;
  await start();
  await apply(api, [
    namespace("team"),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "notes", namespace: "team" } },
  ]);
  configure();
});
afterAll(async () => {
  await copy.timonier("down", ...stack);
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
  api?.close();
  await removeCluster(join(theirs, "cluster"));
  rmSync(theirs, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const tools = await ensureTools(clusterToolNames, { binDir: toolFolder, progress: () => {} });
  const { kubeconfigFile } = await startCluster(join(theirs, "cluster"), tools);
  copyFileSync(kubeconfigFile, kubeconfig);
  api = apiOf(join(theirs, "cluster"));
}
const configure = (settings: Record<string, string> = {}) =>
  configureRemote(copy, gitlab, { cluster: "existing", kubeconfig, timeoutMinutes: "1", ...settings }, "existing");
const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const exists = async (path: string) => (await api.find(path)) !== undefined;
const status = async () => JSON.parse((await copy.timonier("status", "--json", ...stack)).stdout) as StatusReport;
const doctor = async () =>
  (JSON.parse((await copy.timonier("doctor", "--json", ...stack)).stdout) as { findings: Finding[] }).findings;
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const projects = async () => ((await gitlab.api("GET", "/projects?membership=true")).body as unknown[]).length;
const nginx = "/apis/apps/v1/namespaces/default/deployments/nginx-deployment";

describe("before anything is made", () => {
  test("a context that is not there is said with the kubeconfig's path", async () => {
    configure({ kubeContext: "elsewhere" });
    const said = await copy.timonier("up", ...stack);
    configure();
    expect(said.exitCode).toBe(1);
    expect(said.all).toMatch(/error: the kubeconfig cannot be used: .*elsewhere.*\n +where: \S+kubeconfig\n +fix: /);
  });

  test("what the kubeconfig's user may not do is said, all of it", async () => {
    await apply(api, [{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace: "team" } }]);
    const { status: token } = await api.call<{ status: { token: string } }>({
      method: "POST",
      path: "/api/v1/namespaces/team/serviceaccounts/reader/token",
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    });
    await apply(api, [
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "reader" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "team" }],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "see-system" },
        rules: [{ apiGroups: [""], resources: ["namespaces", "secrets"], verbs: ["get", "list"] }],
      } as KubeObject,
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "reader-system" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "see-system" },
        subjects: [{ kind: "ServiceAccount", name: "reader", namespace: "team" }],
      },
    ]);
    const config = parse(readFileSync(kubeconfig, "utf8")) as { users: Array<{ name: string; user: unknown }> };
    config.users = config.users.map(({ name }) => ({ name, user: { token: token.token } }));
    const weak = join(theirs, "weak");
    writeFileSync(weak, stringify(config), { mode: 0o600 });
    configure({ kubeconfig: weak });
    const said = await copy.timonier("up", ...stack);
    configure();
    expect(said.exitCode).toBe(1);
    for (const denied of [
      "create customresourcedefinitions",
      "patch deployments in namespace flux-system",
      "create secrets in namespace default",
      "escalate clusterroles",
    ]) {
      expect(said.all).toContain(denied);
    }
    expect(await projects()).toBe(0);
    expect(said.all).not.toContain(token.token);
  });

  test("a Flux of another tool's is left to it, by name", async () => {
    const [controller] = (await fluxManifests()).filter(({ kind }) => kind === "Deployment");
    if (!controller) throw new Error("flux prints no Deployment");
    const metadata = { ...controller.metadata, annotations: { "meta.helm.sh/release-name": "flux2" } };
    await apply(api, [namespace("flux-system"), { ...controller, metadata }]);
    expect(await doctor()).toContainEqual(
      expect.objectContaining({
        level: "fatal",
        message: expect.stringContaining("installed by Helm (release flux2)"),
      }),
    );
    expect((await copy.timonier("up", ...stack)).all).toContain("installed by Helm (release flux2)");
    expect(await projects()).toBe(0);
    await api.call({ method: "DELETE", path: `/apis/apps/v1/namespaces/flux-system/deployments/${metadata.name}` });
    await api.call({ method: "DELETE", path: "/api/v1/namespaces/flux-system" });
    await eventually("the namespace's end", async () => !(await exists("/api/v1/namespaces/flux-system")));
  });

  test("doctor finds nothing to fix", async () => {
    const findings = await doctor();
    expect(findings.filter(({ level }) => level === "fatal")).toEqual([]);
    expect(findings.map(({ subject }) => subject)).toContain("Flux in the cluster");
  });
});

describe("a cluster without Flux", () => {
  test("gets it, and nginx through Git", async () => {
    const said = await copy.timonier("up", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(await status()).toMatchObject({ ok: true, cluster: { name: "existing", state: "running" } });
    expect(await exists(nginx)).toBe(true);
  });

  test("a second `up` changes nothing", async () => {
    const said = await copy.timonier("up", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/\d+ unchanged/);
    expect(said.all).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
  });

  test("a finalizer that never ends is named, and the next `down` goes on", async () => {
    const finalizers = (list: string[]) =>
      api.call({ method: "PATCH", path: nginx, body: { metadata: { finalizers: list } } });
    await finalizers(["example.org/never"]);
    const said = await copy.timonier("down", ...stack);
    expect(said.exitCode).toBe(1);
    expect(said.all).toContain("Deployment default/nginx-deployment is still there, waits for example.org/never");
    // The kustomization that applied it is gone by now, and it is waited for all the same.
    const run = startVerb(copy, "down", ...stack);
    await new Promise<void>((named) => {
      run.all.on("data", (text) => /still there, waits for example\.org\/never/.test(String(text)) && named());
      void run.then(() => named());
    });
    await finalizers([]);
    const again = await run;
    expect(again.all).toContain("Deployment default/nginx-deployment is still there, waits for example.org/never");
    expect(again.exitCode, again.all).toBe(0);
  });

  test("is left as it was: nothing of Flux, everything of its owners'", async () => {
    expect(await exists(nginx)).toBe(false);
    await eventually("the namespace's end", async () => !(await exists("/api/v1/namespaces/flux-system")));
    const { items } = await api.call<{ items: KubeObject[] }>({ path: crds });
    expect(items.filter(({ metadata }) => metadata.name.includes("fluxcd"))).toEqual([]);
    expect(await exists("/api/v1/namespaces/team/configmaps/notes")).toBe(true);
    expect(await projects()).toBe(0);
  });
});

describe("a cluster with a Flux of its owners'", () => {
  test("keeps it, and it follows the stack's repositories", async () => {
    await apply(api, await fluxManifests());
    const said = await copy.timonier("up", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).not.toMatch(/flux-controllers-objects.*created/);
    expect(await exists(nginx)).toBe(true);
    expect((await copy.timonier("up", ...stack)).all).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
  });

  test("and still has it after `down`, without what the stack's repositories had brought", async () => {
    const said = await copy.timonier("down", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(await exists(nginx)).toBe(false);
    expect(await exists("/apis/apps/v1/namespaces/flux-system/deployments/source-controller")).toBe(true);
    expect(await exists(`${crds}/kustomizations.kustomize.toolkit.fluxcd.io`)).toBe(true);
    expect(await exists("/api/v1/namespaces/flux-system/secrets/flux-system")).toBe(false);
  });
});

describe("a cluster that does not answer any more", () => {
  test("is said by `status`, and keeps no stack from ending", async () => {
    expect((await copy.timonier("up", ...stack)).exitCode).toBe(0);
    await stopCluster(join(theirs, "cluster"));
    expect(await status()).toMatchObject({ ok: false, cluster: { state: "unreachable" } });
    const said = await copy.timonier("down", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toContain("the cluster is gone (it does not answer)");
    expect(await projects()).toBe(0);
  });
});
