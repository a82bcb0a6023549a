import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import type { StatusReport } from "../../cli/status/status-report.js";
import { versions } from "../../packages/kit/versions.js";
import { waitFor } from "../../packages/kit/wait.js";
import { clusterContract } from "../contract/cluster-contract.js";
import { previewSteps, runOf } from "../contract/engine.js";
import { killWhen } from "../e2e/support/faults.js";
import { WorkingCopy } from "../e2e/support/working-copy.js";
import { laneMounts } from "./machine/clean.js";
import { laneProcesses } from "./machine/processes.js";

// The machine is prepared by main.ts; each test goes on where the one before it stopped.

const stack = ["-s", "minikube"] as const;
let copy: WorkingCopy;

beforeAll(() => {
  copy = new WorkingCopy({ timeout: 1_100_000 });
  const settings = {
    ...{ cluster: "minikube", gitlab: "embedded", minikubeDriver: "none", minikubeRuntime: "containerd" },
    ...{ minikubeVersion: versions.laneKubernetes, timeoutMinutes: "10" },
  };
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`timonier:${key}`, value]));
  writeFileSync(join(copy.folder, "infra", "stacks", "Pulumi.minikube.yaml"), stringify({ config }));
});
afterAll(async () => {
  await copy?.timonier("down", ...stack);
  await copy?.remove();
});

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: { readonly podIP?: string; readonly phase: string };
}

const up = async () => {
  const said = await copy.timonier("up", ...stack);
  expect(said.exitCode, said.all).toBe(0);
  return said.all;
};
const status = async () => JSON.parse((await copy.timonier("status", "--json", ...stack)).stdout) as StatusReport;
const expectNoProblems = async () =>
  expect(await status()).toMatchObject({ ok: true, problems: [], cluster: { state: "running" } });
/** A command in a user's shell of the stack. */
const shell = (command: string) =>
  copy.run("bash", ["-c", `eval "$(node cli/timonier.mjs env -s minikube)"; ${command}`]);
const minikube = (...args: string[]) => shell(`minikube ${args.join(" ")} -p minikube`);

async function pods(selector: string, namespace = "default"): Promise<Pod[]> {
  const { stdout, all } = await shell(`kubectl get pods -n ${namespace} -l ${selector} -o json`);
  try {
    const items = (JSON.parse(stdout) as { items: Pod[] }).items;
    return items.filter(({ status: { phase } }) => phase === "Running");
  } catch {
    throw new Error(all);
  }
}

const nginxPods = (count: number) =>
  waitFor(
    { what: `${count} nginx pods`, timeout: 180_000, interval: 2_000, where: "default", fix: "see above" },
    async () => {
      const found = await pods("app=nginx");
      return found.length === count ? { done: true, value: found } : { done: false, missing: `${found.length} run` };
    },
  );

/** Names of the containers that containerd runs. */
async function containers(): Promise<string[]> {
  const { stdout } = await execa("crictl", ["ps", "--output=json"]);
  const list = JSON.parse(stdout) as { containers: { metadata: { name: string }; labels: Record<string, string> }[] };
  return list.containers.map(({ metadata, labels }) => `${labels["io.kubernetes.pod.namespace"]}/${metadata.name}`);
}

async function serves(pod: Pod): Promise<void> {
  const answer = await fetch(`http://${pod.status.podIP}/`, { signal: AbortSignal.timeout(10_000) });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("server")).toMatch(/^nginx\//);
  expect(await answer.text()).toContain("Welcome to nginx!");
}

let first = "";
let planned: readonly string[] = [];
clusterContract("minikube", {
  run: async () => {
    planned = (await previewSteps(copy, "minikube")).filter(({ op }) => op === "create").map(({ what }) => what);
    first = await up();
    return runOf(copy, "minikube");
  },
  preview: async () => planned,
});

test("`up` made the cluster, the repositories and Flux, and everything is Ready", async () => {
  expect(first).toMatch(/timonier:minikube:Cluster.*created/);
  // Minikube's steps are told as they come.
  expect(first).toMatch(/timonier:minikube:Cluster.* 1\d\/19 /);
  expect(await status()).toMatchObject({
    ok: true,
    cluster: { name: "minikube", kubernetesVersion: `v${versions.laneKubernetes}`, state: "running" },
  });
});

test("Flux's controllers and nginx run as containers, and nginx answers a request", async () => {
  const running = await containers();
  for (const controller of ["source", "kustomize", "helm", "notification"]) {
    expect(running.join()).toContain("flux-system/manager");
    expect(await pods(`app=${controller}-controller`, "flux-system")).toHaveLength(1);
  }
  expect(running.filter((name) => name === "flux-system/manager")).toHaveLength(4);
  expect(running.filter((name) => name === "default/nginx")).toHaveLength(3);
  for (const pod of await nginxPods(3)) await serves(pod);
});

test("a second `up` changes nothing", async () => {
  const said = await up();
  expect(said).toMatch(/\d+ unchanged/);
  expect(said).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
});

test("a driver that is not healthy fails with minikube's own reason and advice, and its stack ends", async () => {
  const folder = join(copy.state, "stacks", "other");
  mkdirSync(folder, { recursive: true });
  const config = { "timonier:cluster": "minikube", "timonier:gitlab": "embedded", "timonier:minikubeDriver": "kvm2" };
  writeFileSync(join(folder, "Pulumi.other.yaml"), stringify({ config }));
  const said = await copy.timonier("up", "-s", "other");
  expect(said.exitCode).toBe(1);
  expect(said.all).toMatch(/\((PROVIDER|DRV)_\w+\)\n\s+where: minikube start, profile other\n\s+fix: +\S/);
  const ended = await copy.timonier("down", "-s", "other");
  expect(ended.exitCode, ended.all).toBe(0);
  const { stdout } = await minikube("profile list --light --output=json");
  expect(JSON.parse(stdout).valid).toHaveLength(1);
});

test("three pods become two by a merge request", async () => {
  const file = join(copy.folder, "apps", "settings.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("replicas: 3", "replicas: 2"));
  const published = await copy.timonier("publish", ...stack);
  expect(published.exitCode, published.all).toBe(0);
  expect(await nginxPods(3)).toHaveLength(3);
  const merged = await copy.timonier("merge", ...stack);
  expect(merged.exitCode, merged.all).toBe(0);
  for (const pod of await nginxPods(2)) await serves(pod);
});

test("`minikube stop` is seen with and without a refresh, and `up` starts the cluster again", async () => {
  expect((await minikube("stop")).exitCode).toBe(0);
  expect(await status()).toMatchObject({ ok: false, cluster: { state: "stopped" } });
  const planned = await previewSteps(copy, "minikube");
  expect(planned).toContainEqual({ op: "update", what: "timonier:minikube:Cluster cluster" });
  const cluster = `$(pulumi stack export ${stack.join(" ")} | node -e '${urnOfCluster}')`;
  const seen = await shell(
    `pulumi refresh --yes --skip-preview --non-interactive --target "${cluster}" ${stack.join(" ")}`,
  );
  expect(seen.exitCode, seen.all).toBe(0);
  expect(seen.all).toMatch(/timonier:minikube:Cluster cluster.*updated/);
  expect(await up()).toMatch(/timonier:minikube:Cluster cluster updated/);
  await expectNoProblems();
  for (const pod of await nginxPods(2)) await serves(pod);
});

test("a cluster deleted behind Pulumi's back is recreated, as Git says it", async () => {
  expect((await minikube("delete")).exitCode).toBe(0);
  expect(await status()).toMatchObject({ ok: false, cluster: { state: "absent" } });
  expect(await up()).toMatch(/timonier:minikube:Cluster cluster.*(replaced|created)/);
  for (const pod of await nginxPods(2)) await serves(pod);
});

test("`down` leaves nothing", async () => {
  await downLeavesNothing();
});

test.each([
  ["minikube has just begun", / [1-5]\/19 /],
  ["kubeadm is at work", / 1[0-9]\/19 /],
  ["Flux is being made", /kubernetes:\S+ \S+ creating/],
] as const)("nor does it after a kill -9 while %s", async (_moment, sign) => {
  await killWhen(copy, sign, "up", ...stack);
  await downLeavesNothing();
});

async function downLeavesNothing(): Promise<void> {
  const said = await copy.timonier("down", ...stack);
  expect(said.exitCode, said.all).toBe(0);
  const profiles = JSON.parse(
    (await execa(join(copy.state, "bin", "minikube"), ["profile", "list", "--output=json"])).stdout,
  );
  expect(profiles).toMatchObject({ valid: [], invalid: [] });
  expect(laneProcesses().filter(({ command }) => !/containerd$/.test(command))).toEqual([]);
  // The kubelet mounts its own folder on itself, and leaves that; the lane's cleaning ends it.
  expect(laneMounts().filter((path) => path !== "/var/lib/kubelet")).toEqual([]);
  expect(copy.processes()).toEqual([]);
}

const urnOfCluster = `
  let text = "";
  process.stdin.on("data", (part) => { text += part; }).on("end", () => {
    const { deployment } = JSON.parse(text);
    console.log(deployment.resources.find((one) => one.type === "timonier:minikube:Cluster").urn);
  });
`.replaceAll("\n", " ");
