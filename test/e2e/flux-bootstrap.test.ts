import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterToolNames } from "../../packages/control-plane/tools.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { removeCluster, startCluster } from "../../simulators/cluster/lifecycle.js";
import { apiOf } from "./cluster-support.js";
import { startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// `flux bootstrap gitlab`, the real command, against the embedded GitLab and a real cluster: what it makes, and that a
// second run changes nothing. It must not notice that this is not gitlab.com.

const folder = mkdtempSync(join(tmpdir(), "timonier-bootstrap-"));
const cluster = join(folder, "cluster");
let gitlab: TestGitLab;
let flux: string;
let kubeconfig: string;

beforeAll(async () => {
  const tools = await ensureTools([...clusterToolNames, "flux"], { binDir: join(folder, "bin"), progress: () => {} });
  flux = tools.flux;
  const [started, server] = await Promise.all([
    startCluster(cluster, tools, { progress: () => {} }),
    startTestGitLab(),
  ]);
  kubeconfig = started.kubeconfigFile;
  gitlab = server;
  const { body: team } = await gitlab.api("POST", "/groups", { name: "team", path: "team" });
  await gitlab.api("POST", "/groups", { name: "platform", path: "platform", parent_id: team.id });
});
afterAll(async () => {
  await removeCluster(cluster).catch(() => {});
  await gitlab?.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function bootstrap(owner: string, repository: string, ...more: string[]) {
  const { host } = new URL(gitlab.url);
  const args = [
    "bootstrap",
    "gitlab",
    `--hostname=${host}`,
    `--ca-file=${gitlab.caFile}`,
    `--owner=${owner}`,
    `--repository=${repository}`,
    "--branch=main",
    "--path=clusters/west",
    "--interval=10s",
    "--timeout=90s",
    ...more,
  ];
  // The authority comes by option; Git's own variables would beat it.
  const env = { KUBECONFIG: kubeconfig, GITLAB_TOKEN: gitlab.root, HOME: folder, PATH: process.env.PATH ?? "" };
  return execa(flux, args, { env, extendEnv: false, all: true, reject: false, stdin: "ignore", timeout: 120_000 });
}

const commits = async (path: string): Promise<string[]> =>
  (await gitlab.api("GET", `/projects/${encodeURIComponent(path)}/repository/commits?ref_name=main`)).body.map(
    ({ id }: { id: string }) => id,
  );

describe.each([
  ["a user's project, with the token itself", "root", "personal", ["--token-auth", "--personal"], []],
  ["a group's project, with a deploy token", "team", "shared", ["--deploy-token-auth"], ["read_repository"]],
  ["a nested group's project", "team/platform", "nested", ["--deploy-token-auth"], ["read_repository"]],
])("%s", (_case, owner, repository, options, scopes) => {
  const path = `${owner}/${repository}`;

  test("is made and followed", async () => {
    const said = await bootstrap(owner, repository, ...options);
    expect(said.all).toContain("all components are healthy");
    expect(said.exitCode).toBe(0);
    const tree = await gitlab.api(
      "GET",
      `/projects/${encodeURIComponent(path)}/repository/tree?path=clusters/west/flux-system`,
    );
    expect(tree.body.map(({ name }: { name: string }) => name)).toEqual([
      "gotk-components.yaml",
      "gotk-sync.yaml",
      "kustomization.yaml",
    ]);
    const { body: tokens } = await gitlab.api("GET", `/projects/${encodeURIComponent(path)}/deploy_tokens`);
    expect(tokens.flatMap((token: { scopes: string[] }) => token.scopes)).toEqual(scopes);
  });

  test("is left as it is by a second run", async () => {
    const before = await commits(path);
    const said = await bootstrap(owner, repository, ...options);
    expect(said.exitCode).toBe(0);
    expect(await commits(path)).toEqual(before);
  });

  test("holds no token in Git", async () => {
    const sync = await gitlab.api(
      "GET",
      `/projects/${encodeURIComponent(path)}/repository/files/${encodeURIComponent("clusters/west/flux-system/gotk-sync.yaml")}/raw?ref=main`,
    );
    expect(sync.body).toContain(`url: ${gitlab.url}/${path}.git`);
    expect(sync.body).not.toContain(gitlab.root);
  });

  // Flux stays and follows the next repository; its credential is of no use there.
  afterAll(async () => {
    const api = apiOf(cluster);
    await api.call({ method: "DELETE", path: "/api/v1/namespaces/flux-system/secrets/flux-system" });
    api.close();
  });
});

describe("the repository that it leaves", () => {
  const project = `/projects/${encodeURIComponent("team/shared")}`;
  const file = (path: string) =>
    gitlab.api("GET", `${project}/repository/files/${encodeURIComponent(path)}/raw?ref=main`);
  let copy: WorkingCopy;

  beforeAll(() => {
    process.env.GITLAB_TOKEN = gitlab.root;
    copy = new WorkingCopy();
    configureRemote(copy, gitlab, { namespace: "team", setupRepository: "shared", clusterName: "west" });
  });
  afterAll(async () => {
    delete process.env.GITLAB_TOKEN;
    await copy.remove();
  });

  test("is adopted by the first `up`: no commit, no changed setting, what it lacks as a merge request", async () => {
    const before = { commits: await commits("team/shared"), settings: (await gitlab.api("GET", project)).body };
    const said = await copy.timonier("up");
    expect(said.exitCode, said.all).toBe(0);
    expect(await commits("team/shared")).toEqual(before.commits);
    const { last_activity_at: _, updated_at: __, ...settings } = (await gitlab.api("GET", project)).body;
    expect(before.settings).toMatchObject(settings);
    const { body: changes } = await gitlab.api("GET", `${project}/merge_requests/1/diffs`);
    expect(changes.map(({ new_path }: { new_path: string }) => new_path)).toEqual([
      "clusters/west/.timonier-tree.json",
      "clusters/west/myapp.yaml",
      "clusters/west/myappsource.yaml",
    ]);
  });

  test("delivers once that is merged, with Flux's own files as `flux bootstrap` wrote them", async () => {
    const gotk = await file("clusters/west/flux-system/gotk-components.yaml");
    expect((await gitlab.api("PUT", `${project}/merge_requests/1/merge`)).status).toBe(200);
    const said = await copy.timonier("up");
    expect(said.all).toContain("everything is Ready");
    expect((await file("clusters/west/flux-system/gotk-components.yaml")).body).toBe(gotk.body);
    const preview = await copy.shell("pulumi preview -s embedded --non-interactive");
    expect(preview.all).toMatch(/Resources:\s+\d+ unchanged/);
  });
});
