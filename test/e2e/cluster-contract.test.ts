import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { clusterToolNames } from "../../packages/control-plane/tools.js";
import { ensureTools } from "../../packages/toolchain/ensure.js";
import { removeCluster, startCluster } from "../../simulators/cluster/lifecycle.js";
import { clusterContract } from "../contract/cluster-contract.js";
import { previewSteps, replacedBy, runOf } from "../contract/engine.js";
import { toolFolder } from "./cluster-support.js";
import { makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";
import { configureRemote } from "./support/remote-stack.js";
import { WorkingCopy } from "./support/working-copy.js";

// The contract with the real engine, its real plugins and a real cluster; of the embedded one in
// story.test.ts, and of every kind by mocks in test/unit/infra/cluster/contract.test.ts.

const theirs = mkdtempSync(join(tmpdir(), "timonier-theirs-"));
const kubeconfig = join(theirs, "kubeconfig");
const clusters = ["one", "two"].map((name) => join(theirs, name));
let gitlab: TestGitLab;
let copy: WorkingCopy;

beforeAll(async () => {
  [copy, gitlab] = [new WorkingCopy(), await startTestGitLab()];
  process.env.GITLAB_TOKEN = (await makeUser(gitlab, "pilot")).token;
});
afterAll(async () => {
  delete process.env.GITLAB_TOKEN;
  await copy?.remove();
  await gitlab?.remove();
  for (const folder of clusters) await removeCluster(folder).catch(() => {});
  rmSync(theirs, { recursive: true, force: true });
});

async function startTheirs(folder = clusters[0] ?? ""): Promise<void> {
  const tools = await ensureTools(clusterToolNames, { binDir: toolFolder, progress: () => {} });
  const { kubeconfigFile } = await startCluster(folder, tools);
  copyFileSync(kubeconfigFile, kubeconfig);
}

const settings = { cluster: "existing", kubeconfig, timeoutMinutes: "3" };
clusterContract("existing", {
  run: async () => {
    await startTheirs();
    configureRemote(copy, gitlab, settings, "existing");
    const said = await copy.timonier("up", "-s", "existing");
    expect(said.exitCode, said.all).toBe(0);
    return runOf(copy, "existing");
  },
  renewed: async () => {
    // As after a renewal: another context, another user, and the same cluster.
    const config = parse(readFileSync(kubeconfig, "utf8"));
    config["current-context"] = "renewed";
    config.contexts[0] = { name: "renewed", context: { ...config.contexts[0].context, user: "somebody" } };
    config.users[0].name = "somebody";
    writeFileSync(kubeconfig, stringify(config));
    const steps = await previewSteps(copy, "existing");
    expect(steps).toContainEqual({ op: "update", what: "pulumi:providers:kubernetes kubernetes" });
    return replacedBy(copy, "existing");
  },
  another: async () => {
    const before = readFileSync(kubeconfig, "utf8");
    await startTheirs(clusters[1]);
    const replaced = await replacedBy(copy, "existing");
    writeFileSync(kubeconfig, before);
    return replaced;
  },
});

test("the policies are kept in a cluster and a GitLab that are others'", { timeout: 300_000 }, async () => {
  configureRemote(copy, gitlab, { ...settings, protect: "true" }, "existing");
  const said = await copy.run("bash", [
    "-c",
    'eval "$(node cli/timonier.mjs env -s existing)"; pulumi preview -s existing --non-interactive --policy-pack infra/policies',
  ]);
  configureRemote(copy, gitlab, settings, "existing");
  expect(said.exitCode, said.all).toBe(0);
  expect(said.all).toMatch(/timonier@v0\.1\.0/);
});
