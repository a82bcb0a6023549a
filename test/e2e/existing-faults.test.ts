import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { OWNER_ANNOTATION } from "../../infra/cluster/cluster.js";
import { clusterToolNames } from "../../packages/control-plane/tools.js";
import { AWAITED, unpackRefs } from "../../packages/health/inventory.js";
import type { KubeObject as Seen } from "../../packages/health/kube-object.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { removeCluster, startCluster } from "../../simulators/cluster/lifecycle.js";
import { apiOf, apply, eventually, type KubeObject, toolFolder } from "./cluster-support.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { killTree, start } from "./support/faults.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// A stack in a cluster that it does not own, killed (`up`, the engine, its plugins, the program:
// kill -9) at moments that are seen in the cluster and in GitLab's journal. From every one of them
// `down` ends, and leaves what was there before.

/** Milliseconds for one moment to come, and for one test: machines that are busy with other tests are slow. */
const LONG = 600_000;
vi.setConfig({ testTimeout: 2 * LONG });

const theirs = mkdtempSync(join(tmpdir(), "timonier-theirs-"));
const kubeconfig = join(theirs, "kubeconfig");
const stack = ["-s", "existing"] as const;
let gitlab: TestGitLab;
let copy: WorkingCopy;
let api: KubeApi;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  process.env.GITLAB_TOKEN = (await makeUser(gitlab, "pilot")).token;
  const tools = await ensureTools(clusterToolNames, { binDir: toolFolder, progress: () => {} });
  const { kubeconfigFile } = await startCluster(join(theirs, "cluster"), tools);
  copyFileSync(kubeconfigFile, kubeconfig);
  api = apiOf(join(theirs, "cluster"));
  await apply(api, before);
  configureRemote(copy, gitlab, { cluster: "existing", kubeconfig, timeoutMinutes: "2" }, "existing");
});
afterAll(async () => {
  await copy?.timonier("down", ...stack);
  delete process.env.GITLAB_TOKEN;
  api?.close();
  await removeCluster(join(theirs, "cluster"));
  await gitlab?.remove();
  await copy?.remove();
  rmSync(theirs, { recursive: true, force: true });
});

/** What is in the cluster before the stack comes; a name of Flux's own among it. */
const before: KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "notes", namespace: "team" } },
  {
    ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "flux-view-flux-system" } },
    rules: [{ apiGroups: ["example.org"], resources: ["notes"], verbs: ["get"] }],
  },
];

const rbac = "/apis/rbac.authorization.k8s.io/v1";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const deployments = "/apis/apps/v1/namespaces/flux-system/deployments";
const root = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/flux-system";
const nginx = "/apis/apps/v1/namespaces/default/deployments/nginx-deployment";
const exists = async (path: string) => (await api.find(path)) !== undefined;
const journal = () => readFileSync(join(gitlab.dir, "requests.jsonl"), "utf8").split("\n");

/** Everything that only the stack can have made, in the cluster and in GitLab. */
async function left(): Promise<string[]> {
  const paths = [
    ...["/api/v1/namespaces", "/api/v1/secrets", "/api/v1/services", "/api/v1/serviceaccounts"],
    ...[crds, `${rbac}/clusterroles`, `${rbac}/clusterrolebindings`, "/apis/apps/v1/deployments"],
  ];
  const lists = await Promise.all(paths.map((path) => api.call<{ items: Seen[] }>({ path })));
  const ours = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata: { name, namespace, annotations } }) => {
      if (name === "flux-view-flux-system") return false;
      return annotations?.[OWNER_ANNOTATION] !== undefined || /flux|nginx-deployment/.test(`${namespace}/${name}`);
    })
    .map(({ metadata: { name, namespace } }) => `${namespace ?? ""}/${name}`);
  const projects = (await gitlab.api("GET", "/projects?membership=true")).body as Array<{ path: string }>;
  return [...ours, ...projects.map(({ path }) => `project ${path}`)];
}

async function expectClean(): Promise<void> {
  // A namespace is gone some time after its deletion.
  await eventually("the namespace's end", async () => !(await exists("/api/v1/namespaces/flux-system")));
  expect(await left()).toEqual([]);
  expect(await exists("/api/v1/namespaces/team/configmaps/notes")).toBe(true);
  // It may have been brought to what Git says of that name, and it is nobody's to delete.
  expect(await exists(`${rbac}/clusterroles/flux-view-flux-system`)).toBe(true);
}

/** Runs a verb, and kills all of it as soon as the moment has come. */
async function killedAt(verb: string, moment: () => Promise<boolean> | boolean): Promise<void> {
  const run = start(copy, verb, ...stack);
  let [ended, killed] = [false, false];
  void run.then(() => {
    ended = !killed;
  });
  const came = await eventually("the moment", async () => ended || (await moment()), LONG).catch(() => false);
  killed = true;
  killTree(run.pid ?? 0);
  const { all } = await run;
  expect([came, ended], all).toEqual([true, false]);
}

async function down() {
  const said = await copy.timonier("down", ...stack);
  expect(said.exitCode, said.all).toBe(0);
  await expectClean();
  expect(existsSync(join(copy.state, "stacks", "existing"))).toBe(false);
  return said;
}

describe("an `up` that is killed, and `down`", () => {
  test.each([
    ["a repository", /"POST","path":"\/api\/v4\/projects"/, "^/api/v4/projects$"],
    ["a token", /"POST","path":"\/api\/v4\/projects\/\d+\/deploy_tokens"/, "/deploy_tokens$"],
  ])("when GitLab has %s that nobody has recorded", async (_what, request, path) => {
    // Answers are lost: the client looks half a second later for what was made, and is killed before.
    await gitlab.api("POST", "/-/timonier/faults", { method: "POST", path, times: 9, cut: true });
    const known = journal().length - 1;
    await killedAt("up", () =>
      journal()
        .slice(known)
        .some((line) => request.test(line)),
    );
    await gitlab.api("DELETE", "/-/timonier/faults");
    await down();
  });

  test.each([
    ["Flux's first kinds", () => exists(`${crds}/buckets.source.toolkit.fluxcd.io`)],
    ["the root kustomization", () => exists(root)],
    ["nginx", () => exists(nginx)],
  ])("when the cluster has %s", async (_what, moment) => {
    await killedAt("up", moment);
    await down();
  });
});

describe("a `down` that is killed", () => {
  const whileFluxPrunes = async () => {
    const top = await api.find<Seen>(root);
    return top === undefined || unpackRefs(top.metadata.annotations?.[AWAITED]).length > 0;
  };

  test("while Flux takes away what it drives: the next `up` has it all again", async () => {
    const up = await copy.timonier("up", ...stack);
    expect(up.exitCode, up.all).toBe(0);
    await killedAt("down", whileFluxPrunes);
    const again = await copy.timonier("up", ...stack);
    expect(again.exitCode, again.all).toBe(0);
    expect(again.all).toContain("Flux was suspended by a `down` that did not finish");
    expect(await exists(nginx)).toBe(true);
  });

  test("then, and again while Flux itself goes, is ended by the next one", async () => {
    await killedAt("down", whileFluxPrunes);
    await killedAt("down", async () => !(await exists(`${deployments}/source-controller`)));
    await down();
  });
});

describe("plain `pulumi destroy`", () => {
  test("leaves as little", async () => {
    const up = await copy.timonier("up", ...stack);
    expect(up.exitCode, up.all).toBe(0);
    const said = await copy.run("bash", [
      "-c",
      'eval "$(node cli/timonier.mjs env -s existing)"; pulumi destroy -s existing --yes --skip-preview --non-interactive',
    ]);
    expect(said.exitCode, said.all).toBe(0);
    await expectClean();
    await down();
  });
});

describe("a cluster that is gone, and its kubeconfig with it", () => {
  test("keeps no half-made stack from ending", async () => {
    await killedAt("up", () => exists(`${deployments}/kustomize-controller`));
    await removeCluster(join(theirs, "cluster"));
    rmSync(kubeconfig);
    const said = await copy.timonier("down", ...stack);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/not deleted, because the cluster did not answer[^\n]*\n(.*\n)* {2}Namespace flux-system/);
    expect(((await gitlab.api("GET", "/projects?membership=true")).body as unknown[]).length).toBe(0);
    expect(existsSync(join(copy.state, "stacks", "existing"))).toBe(false);
  });
});
