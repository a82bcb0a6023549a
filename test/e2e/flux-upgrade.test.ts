import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { clusterToolNames } from "../../packages/control-plane/tools.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { versions } from "../../packages/kit/versions.js";
import { gotkKustomization, gotkSync } from "../../packages/manifests/gotk-sync.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { removeCluster, startCluster } from "../../simulators/cluster/lifecycle.js";
import { apiOf, apply, eventually, type KubeObject, toolFolder } from "./cluster-support.js";
import { commit, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// A Flux that is older than the pinned one, in a cluster and in its setup repository, as
// `flux bootstrap` of an older flux leaves them; then a pin that rises on a stack that exists. Both
// are upgraded by a merge request. Each test goes on where the one before it stopped.

const OLD = "2.8.1";
const theirs = mkdtempSync(join(tmpdir(), "timonier-older-"));
const stack = ["-s", "existing"] as const;
const folder = "clusters/existing/flux-system";
const file = `${folder}/gotk-components.yaml`;
const at = `/projects/${encodeURIComponent("pilot/fluxcd-gitops-setup")}`;
let gitlab: TestGitLab;
let copy: WorkingCopy;
let api: KubeApi;
let pinned: string;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  const pilot = await makeUser(gitlab, "pilot");
  process.env.GITLAB_TOKEN = pilot.token;
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: toolFolder, progress: () => {} });
  pinned = execFileSync(tools.flux, ["install", "--export"], { encoding: "utf8", maxBuffer: 64e6 });
  const { kubeconfigFile } = await startCluster(join(theirs, "cluster"), tools);
  copyFileSync(kubeconfigFile, join(theirs, "kubeconfig"));
  api = apiOf(join(theirs, "cluster"));
  await apply(
    api,
    parseAllDocuments(older()).flatMap((one) => (one.contents ? [one.toJS() as KubeObject] : [])),
  );
  const { body: project } = await gitlab.api("POST", "/projects", { name: "fluxcd-gitops-setup" }, pilot.token);
  const url = `${gitlab.url}/pilot/fluxcd-gitops-setup.git`;
  const files = {
    [file]: older(),
    [`${folder}/gotk-sync.yaml`]: gotkSync({ url, branch: "main", path: "clusters/existing" }),
    [`${folder}/kustomization.yaml`]: gotkKustomization(),
  };
  const actions = Object.entries(files).map(([file_path, content]) => ({ action: "create", file_path, content }));
  await commit(gitlab, project.id, "main", actions, {}, pilot.token);
  const kubeconfig = join(theirs, "kubeconfig");
  configureRemote(copy, gitlab, { cluster: "existing", kubeconfig, timeoutMinutes: "3" }, "existing");
});
afterAll(async () => {
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
  api?.close();
  await removeCluster(join(theirs, "cluster"));
  rmSync(theirs, { recursive: true, force: true });
});

/** The pinned Flux's components under an older version's name, with an older image. */
function older(): string {
  return pinned
    .replaceAll(`v${versions.flux}`, `v${OLD}`)
    .replace(`source-controller:v${versions.sourceController}`, "source-controller:v1.7.4");
}

const up = () => copy.timonier("up", ...stack);
const requests = async () =>
  (await gitlab.api("GET", `${at}/merge_requests?state=opened`)).body as Array<{ iid: number; title: string }>;
const inGit = async () =>
  String((await gitlab.api("GET", `${at}/repository/files/${encodeURIComponent(file)}/raw?ref=main`)).body);
const merge = async (iid: number) =>
  expect((await gitlab.api("PUT", `${at}/merge_requests/${iid}/merge`)).status).toBe(200);

/** Version and image of source-controller in the cluster. */
async function running(): Promise<string[]> {
  const deployment = await api.find<{
    metadata: { labels: Record<string, string> };
    spec: { template: { spec: { containers: Array<{ image: string }> } } };
  }>("/apis/apps/v1/namespaces/flux-system/deployments/source-controller");
  const { metadata, spec } = deployment ?? {};
  return [metadata?.labels["app.kubernetes.io/version"] ?? "", spec?.template.spec.containers[0]?.image ?? ""];
}

describe("an older Flux of `flux bootstrap`'s", () => {
  test("is said by doctor to be upgraded by a merge request", async () => {
    expect((await copy.timonier("doctor", ...stack)).stdout).toContain(
      `version ${OLD}, installed by Flux's own command; it stays when this stack is deleted; a merge request will upgrade it to ${versions.flux}`,
    );
  });

  test("is adopted as it is, and its upgrade proposed with what the repository lacks", async () => {
    const said = await up();
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/the cluster's manifests wait to be merged: \S+\/merge_requests\/1/);
    expect(await running()).toEqual([`v${OLD}`, expect.stringContaining(":v1.7.4")]);
    expect(await inGit()).toContain(`# Flux Version: v${OLD}`);
    const { body: changes } = await gitlab.api("GET", `${at}/merge_requests/1/diffs`);
    expect(changes.map((one: { new_path: string; new_file: boolean }) => [one.new_path, one.new_file])).toEqual([
      ["clusters/existing/.timonier-tree.json", true],
      [file, false],
      ["clusters/existing/myapp.yaml", true],
      ["clusters/existing/myappsource.yaml", true],
    ]);
  });

  test("is upgraded by Flux once that is merged", async () => {
    await merge(1);
    const said = await up();
    expect(said.all).toContain("everything is Ready");
    expect(await inGit()).toBe(pinned);
    const expected = `:v${versions.sourceController}`;
    expect(await running()).toEqual([`v${versions.flux}`, expect.stringContaining(expected)]);
    expect((await up()).all).toMatch(/Resources:\s+\d+ unchanged/);
  });
});

describe("a pin that rises on a stack that exists", () => {
  test("GIVEN that the older Flux is what Git says WHEN nothing rose THEN nothing is proposed", async () => {
    const action = { action: "update", file_path: file, content: older() };
    const { body: project } = await gitlab.api("GET", at);
    await commit(gitlab, project.id, "back", [action], { start_branch: "main" });
    const { body: back } = await gitlab.api("POST", `${at}/merge_requests`, {
      ...{ source_branch: "back", target_branch: "main", title: "the older Flux" },
    });
    await merge(back.iid);
    const said = await up();
    expect(said.all).toMatch(/Resources:\s+\d+ unchanged/);
    await eventually("the older Flux", async () => (await running())[0] === `v${OLD}`);
    expect(await requests()).toEqual([]);
  });

  test("WHEN it rose since the last run THEN one merge request upgrades, and the stack runs on meanwhile", async () => {
    // As the last run with the older pin had left it.
    const state = join(theirs, "state.json");
    expect((await pulumi(`stack export -s existing --file ${state}`)).exitCode).toBe(0);
    const exported = JSON.parse(readFileSync(state, "utf8"));
    for (const { type, inputs } of exported.deployment.resources) {
      if (type === "timonier:gitlab:Seed" && inputs.upgrade) inputs.upgrade.version = OLD;
    }
    writeFileSync(state, JSON.stringify(exported));
    expect((await pulumi(`stack import -s existing --file ${state}`)).exitCode).toBe(0);

    const said = await up();
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/~ 1 updated/);
    expect(said.all).toMatch(/a newer Flux waits to be merged: \S+\/merge_requests\/\d+/);
    expect(said.all).toContain("everything is Ready");
    expect((await requests()).map(({ title }) => title)).toEqual([
      `Upgrade Flux of cluster existing to ${versions.flux}`,
    ]);
    const again = await up();
    expect(again.all).toMatch(/Resources:\s+\d+ unchanged/);
    expect(again.all).toContain("a newer Flux waits to be merged");
  });

  test("and is there once that is merged", async () => {
    const [request] = await requests();
    await merge(request?.iid ?? 0);
    const said = await up();
    expect(said.all).toContain("everything is Ready");
    expect(said.all).not.toContain("waits to be merged");
    expect((await running())[0]).toBe(`v${versions.flux}`);
  });
});

const pulumi = (command: string) =>
  copy.run("bash", ["-c", `eval "$(node cli/timonier.mjs env ${stack.join(" ")})"; pulumi ${command}`]);
