import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectGitLab, type GitLab } from "../../packages/kit/gitlab-client.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import type { Report } from "../../packages/report/model.js";
import { readToken, reserveGitLab } from "../../simulators/gitlab/lifecycle.js";
import { startRegistry, type TestRegistry } from "../support/registry.js";
import { apiOf, eventually } from "./cluster-support.js";
import { changeSetting } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// Image automation from the setting to the deployed tag: the real image controllers, the embedded
// GitLab and a real registry. Each test goes on where the one before it stopped.

const application = "platform/fluxcd-gitops-application";
const setup = "platform/fluxcd-gitops-setup";
const branch = "timonier/images";
let copy: WorkingCopy;
let registry: TestRegistry;
let api: KubeApi;
let gitlab: GitLab;

beforeAll(async () => {
  [copy, registry] = [new WorkingCopy(), await startRegistry()];
  const said = await copy.timonier("up");
  if (said.exitCode !== 0) throw new Error(said.all);
  api = apiOf(copy.clusterFolder);
  const { url, caFile } = await reserveGitLab(copy.gitlabFolder);
  gitlab = connectGitLab({ url, caFile, token: readToken(copy.gitlabFolder) });
});
afterAll(async () => {
  api?.close();
  await copy?.remove();
  await registry?.stop();
});

const image = (tag: string) => `${registry.host}/team/web:${tag}`;
const group = "/apis/image.toolkit.fluxcd.io/v1/namespaces/default";

interface ImageObject {
  readonly status?: {
    readonly conditions?: ReadonlyArray<Readonly<Record<"type" | "status" | "reason" | "message", string>>>;
    readonly latestRef?: { readonly tag: string };
  };
}

/** Asks a controller to look now, which it does every five minutes otherwise. */
async function reconcile(plural: string, name: string): Promise<void> {
  const annotations = { "reconcile.fluxcd.io/requestedAt": new Date().toISOString() };
  await api.call({ method: "PATCH", path: `${group}/${plural}/${name}`, body: { metadata: { annotations } } });
}

async function condition(plural: string, name: string): Promise<string> {
  const found = await api.find<ImageObject>(`${group}/${plural}/${name}`);
  const ready = found?.status?.conditions?.find(({ type }) => type === "Ready");
  return `${ready?.status} ${ready?.reason} ${ready?.message}`;
}

/** @returns the folder of a clone with all branches */
async function clone(project: string): Promise<string> {
  const { url, caFile } = await reserveGitLab(copy.gitlabFolder);
  const folder = join(copy.temporary, project.replace("/", "-"));
  const address = `${url.replace("https://", `https://root:${readToken(copy.gitlabFolder)}@`)}/${project}.git`;
  // As a variable, because one of this machine would override a setting.
  await execa("git", ["clone", "--quiet", address, folder], { env: { GIT_SSL_CAINFO: caFile } });
  return folder;
}

const openRequests = (project: string) => gitlab.MergeRequests.all({ projectId: project, state: "opened" });
const mainOf = async () => (await gitlab.Branches.show(application, "main")).commit.id;

async function deployment(ref: string): Promise<string> {
  const { content } = await gitlab.RepositoryFiles.show(application, "infra/deployment.yaml", ref);
  return Buffer.from(content, "base64").toString();
}

async function runs(): Promise<string | undefined> {
  const found = await api.find<{ spec: { template: { spec: { containers: Array<{ image: string }> } } } }>(
    "/apis/apps/v1/namespaces/default/deployments/nginx-deployment",
  );
  return found?.spec.template.spec.containers[0]?.image;
}

async function run(...args: string[]) {
  const said = await copy.timonier(...args);
  expect(said.exitCode, said.all).toBe(0);
  return said;
}

describe("the setting imageAutomation of a stack that exists", () => {
  test("GIVEN a stack without it THEN Git and the cluster have Flux's own choice of controllers", async () => {
    expect(
      await api.find("/apis/apps/v1/namespaces/flux-system/deployments/image-reflector-controller"),
    ).toBeUndefined();
  });

  test("WHEN it is switched on THEN a merge request brings the controllers, and nothing else", async () => {
    changeSetting(copy, "imageAutomation", "true");
    const said = await run("up");
    expect(said.all).toMatch(/a newer Flux waits to be merged: \S+\/merge_requests\/\d+/);
    const [request, ...others] = await openRequests(setup);
    expect(others).toEqual([]);
    expect(request?.title).toBe("Add the image controllers of Flux to cluster embedded");
    const changes = await gitlab.MergeRequests.allDiffs(setup, request?.iid ?? 0);
    expect(changes.map(({ new_path }) => new_path)).toEqual(["clusters/embedded/flux-system/gotk-components.yaml"]);
    await run("merge");
    const { content } = await gitlab.RepositoryFiles.show(setup, changes[0]?.new_path ?? "", "main");
    expect(Buffer.from(content, "base64").toString()).toContain(
      "image-reflector-controller,image-automation-controller",
    );
  });
});

describe("an image with a policy", () => {
  test("WHEN it is published and merged THEN the initial tag is deployed", async () => {
    await registry.pushImage("team/web", "1.14.2");
    const file = join(copy.folder, "apps/settings.yaml");
    const setting = {
      repository: `${registry.host}/team/web`,
      policy: ">=1.14.0 <1.15.0",
      initial: "1.14.2",
      insecure: true,
    };
    writeFileSync(file, readFileSync(file, "utf8").replace("image: nginx:1.14.2", `image: ${JSON.stringify(setting)}`));
    await run("publish");
    await run("merge");
    await eventually("the deployment", async () => (await runs()) === image("1.14.2"));
    await eventually("the policy", async () => (await condition("imagepolicies", "nginx")).startsWith("True"));
    expect(await openRequests(application)).toEqual([]);
  });

  test("WHEN tags appear THEN Flux opens a merge request for the newest that the policy allows", async () => {
    for (const tag of ["1.14.9", "1.15.0", "latest"]) await registry.pushImage("team/web", tag);
    const before = await mainOf();
    await reconcile("imagerepositories", "nginx");
    const request = await eventually("the merge request", async () => (await openRequests(application))[0]);
    expect(request).toMatchObject({ title: "Update images", source_branch: branch, target_branch: "main" });
    expect(await mainOf()).toBe(before);
    const [was, is] = [await deployment("main"), await deployment(branch)];
    expect(is).toBe(was.replace(":1.14.2 #", ":1.14.9 #"));
    const [commit] = await gitlab.MergeRequests.allCommits(application, request.iid);
    expect(commit?.message).toContain(`- ${image("1.14.2")} -> ${image("1.14.9")}`);
  });

  test("WHEN the merge request is rehearsed THEN it is safe, and the report names the version", async () => {
    const [ofApplication, ofSetup] = [await clone(application), await clone(setup)];
    const command = [
      ...[
        "node",
        join(copy.folder, "cli/timonier.mjs"),
        "rehearse",
        "--base",
        "origin/main",
        "--head",
        `origin/${branch}`,
      ],
      ...["--root", `${ofSetup}@origin/main`, "--cluster", "embedded", "--format", "json"],
    ];
    const said = await copy.run("bash", ["-c", `cd ${ofApplication} && ${command.join(" ")}`]);
    const { verdict, versions } = JSON.parse(said.stdout) as Report;
    expect(verdict, said.all).toBe("safe");
    expect(versions).toMatchObject([{ name: `${registry.host}/team/web`, from: "1.14.2", to: "1.14.9" }]);
  });

  test("WHEN that is merged THEN the tag is deployed, and the next publish still has it", async () => {
    await run("merge");
    await eventually("the new tag", async () => (await runs()) === image("1.14.9"));
    const said = await run("publish");
    expect(said.stdout.match(/nothing differs/g)).toHaveLength(2);
    // Another change of the same file does not propose an older tag.
    const file = join(copy.folder, "apps/settings.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("replicas: 3", "replicas: 2"));
    await run("publish");
    expect(await deployment("timonier/publish")).toContain(`image: ${image("1.14.9")} #`);
    const { stdout } = await run("rehearse", "--stack", "embedded", "--format", "json");
    expect(stdout).not.toContain("1.14.2");
  });

  test("is in the status with its latest image", async () => {
    await eventually("the status", async () => (await copy.timonier("status")).exitCode === 0);
    const { stdout } = await run("status");
    expect(stdout).toMatch(new RegExp(`ImagePolicy default/nginx +True +1.14.9 +latest image ${image("1.14.9")}`));
  });
});

describe("what goes wrong", () => {
  test("GIVEN an automation that was changed to push to main THEN GitLab refuses, and the status says so", async () => {
    const before = await mainOf();
    const body = { spec: { git: { push: { branch: "main" } } } };
    await api.call({ method: "PATCH", path: `${group}/imageupdateautomations/image-automation`, body });
    await registry.pushImage("team/web", "1.14.10");
    await reconcile("imagerepositories", "nginx");
    await eventually("the refusal", async () =>
      /^False .*(not allowed|protected|pre-receive)/.test(
        await condition("imageupdateautomations", "image-automation"),
      ),
    );
    expect(await mainOf()).toBe(before);
    const said = await copy.timonier("status");
    expect(said.stdout).toContain("! ImageUpdateAutomation default/image-automation: ");
  });

  test("GIVEN a revoked token and a registry that is gone THEN the status names both", async () => {
    const body = { spec: { git: { push: { branch } } } };
    await api.call({ method: "PATCH", path: `${group}/imageupdateautomations/image-automation`, body });
    const tokens = await gitlab.ProjectAccessTokens.all(application);
    const token = tokens.find(({ name, active }) => active && name.endsWith("-images"));
    await gitlab.ProjectAccessTokens.revoke(application, token?.id ?? 0);
    await registry.stop();
    await reconcile("imagerepositories", "nginx");
    await reconcile("imageupdateautomations", "image-automation");
    await eventually("the failures", async () => {
      const all = [condition("imagerepositories", "nginx"), condition("imageupdateautomations", "image-automation")];
      return (await Promise.all(all)).every((one) => one.startsWith("False"));
    });
    const said = await copy.timonier("status");
    expect(said.exitCode).not.toBe(0);
    expect(said.stdout).toMatch(/! ImageRepository default\/nginx: .*connection refused/);
    expect(said.stdout).toMatch(
      /! ImageUpdateAutomation default\/image-automation: .*(authentication|401|Unauthorized)/i,
    );
  });
});
