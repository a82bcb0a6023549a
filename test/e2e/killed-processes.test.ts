import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterLayout } from "../../packages/control-plane/layout.js";
import { identify } from "../../packages/kit/daemon.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import { inspectCluster } from "../../simulators/cluster/lifecycle.js";
import { layoutOf } from "../../simulators/gitlab/layout.js";
import { killAll } from "../support/processes.js";
import { apiOf, eventually, pidsOf } from "./cluster-support.js";
import { occupy, startUp } from "./support/faults.js";
import { WorkingCopy } from "./support/working-copy.js";

// Processes of the embedded cluster that die while `up` waits for the delivery. The wait is held
// open by a dependency that does not exist: it ends when the test takes it away, and not before.

const application = "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations/myapp";
const sourceController = "/apis/apps/v1/namespaces/flux-system/deployments/source-controller";

let copy: WorkingCopy;
let api: KubeApi;

beforeAll(async () => {
  copy = new WorkingCopy();
  const said = await copy.timonier("up");
  expect(said.exitCode, said.all).toBe(0);
  api = apiOf(copy.clusterFolder);
});
afterAll(async () => {
  api?.close();
  await copy.remove();
});

const hold = (dependsOn: ReadonlyArray<{ name: string }> | null) =>
  api.call({ method: "PATCH", path: application, query: { fieldManager: "test" }, body: { spec: { dependsOn } } });

/**
 * Whether Flux leaves source-controller's Deployment as it is: a reconciliation that has begun when
 * a test changes it would take the change back.
 */
const leftAlone = (reconcile: "disabled" | null) =>
  api.call({
    method: "PATCH",
    path: sourceController,
    query: { fieldManager: "test" },
    body: { metadata: { annotations: { "kustomize.toolkit.fluxcd.io/reconcile": reconcile } } },
  });

const toNothing = [{ name: "nothing" }];

/** An `up` that waits for what does not come; the delivery is held already. */
async function waitingUp() {
  const run = startUp(copy);
  let said = "";
  let saidError = Number.POSITIVE_INFINITY;
  run.all.on("data", (part) => {
    said += String(part);
    if (/ error: /.test(said)) saidError = Math.min(saidError, Date.now());
  });
  // After a start everything is looked at again: what a test changes before that, Flux would take back.
  await eventually("the wait", async () => {
    const last = said.split("\n").findLast((line) => line.includes("waiting for the delivery: ")) ?? "";
    return last.includes("dependency 'default/nothing' not found") && !last.includes("since the cluster was started");
  });
  // Not the run itself: an async function that returned it would wait for its end.
  return {
    run,
    /** Milliseconds from a moment until the first error was printed. */
    errorAfter: (moment: number) => saidError - moment,
  };
}

/** Kills one process, and returns when another one has taken its place. */
async function killAndSeeIt(name: string): Promise<void> {
  const before = pidsOf(copy.clusterFolder)[name] ?? 0;
  process.kill(before, "SIGKILL");
  await eventually(`another ${name}`, async () => ![undefined, before].includes(pidsOf(copy.clusterFolder)[name]));
  await eventually("the whole cluster", async () => (await inspectCluster(copy.clusterFolder)).state === "running");
}

/**
 * One error with its parts; Pulumi prints it while it runs, and with the diagnostics at its end.
 *
 * @returns what is wrong
 */
function errorOf(said: string): string {
  const all = said.slice(said.indexOf("\nDiagnostics:"));
  expect(all.match(/^ +error: /gm), said).toHaveLength(1);
  const [, what = "", where = ""] = /error: (.*(?:\n {4}.*)*)\n +where: (\S+).*\n +fix: +\S/.exec(all) ?? [];
  expect(where).not.toBe("");
  expect(all).not.toMatch(/^\s+at .+:\d+:\d+\)?$|goroutine \d/m);
  return what;
}

test("every process that dies is started again by the same `up`", async () => {
  await hold(toNothing);
  const { run } = await waitingUp();
  const victims = [
    "runtime-agent",
    "source-controller",
    "kustomize-controller",
    "helm-controller",
    "notification-controller",
    "kwok-controller",
    "kube-scheduler",
    "kube-controller-manager",
    "kube-apiserver",
    "etcd",
  ];
  for (const name of victims) await killAndSeeIt(name);
  // Together, as when a machine has no memory left.
  for (const pid of Object.values(pidsOf(copy.clusterFolder))) process.kill(pid, "SIGKILL");
  await eventually("the whole cluster", async () => (await inspectCluster(copy.clusterFolder)).state === "running");
  await eventually("the controllers", async () => victims.every((name) => pidsOf(copy.clusterFolder)[name]));
  await hold(null);
  const { exitCode, all } = await run;
  expect(exitCode, all).toBe(0);
  expect(all).toMatch(/everything is Ready/);
  // What dies while another process is being started is started with it.
  for (const name of victims) {
    expect(all).toMatch(new RegExp(`${name} of the embedded cluster died|embedded cluster: starting .*\\b${name}\\b`));
  }
});

describe("what cannot be started again ends `up` in seconds, with one error", () => {
  test("that names the port which another process has taken", async () => {
    await hold(toNothing);
    const { run, errorAfter } = await waitingUp();
    const pid = pidsOf(copy.clusterFolder)["kube-apiserver"] ?? 0;
    const port = Number(/--secure-port=(\d+)/.exec(readFileSync(`/proc/${pid}/cmdline`, "utf8"))?.[1]);
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    const thief = await eventually("the port", () => occupy(port).catch(() => undefined));
    const { exitCode, all } = await run;
    thief.close();
    expect(exitCode).toBe(1);
    expect(errorOf(all)).toBe("the port of the embedded cluster's kube-apiserver is taken by another process");
    expect(errorAfter(killed)).toBeLessThan(10_000);
    expect((await copy.timonier("status")).exitCode).not.toBe(0);
  });

  test("that names the controller whose program ends in its start, with its last words", async () => {
    // The cluster is up again with this one.
    const { run, errorAfter } = await waitingUp();
    const changed = Date.now();
    const { spec } = await api.call<{ spec: { template: { spec: { containers: [{ args: string[] }] } } } }>({
      path: sourceController,
    });
    const { args } = spec.template.spec.containers[0];
    await leftAlone("disabled");
    const withArgs = (value: readonly string[]) =>
      api.call({
        method: "PATCH",
        path: sourceController,
        contentType: "application/json-patch+json",
        body: [{ op: "replace", path: "/spec/template/spec/containers/0/args", value }],
      });
    await withArgs([...args, "--no-such-flag"]);
    const { exitCode, all } = await run;
    expect(exitCode).toBe(1);
    expect(errorOf(all)).toMatch(
      /^source-controller of the embedded cluster does not start \(exit code \d+\):[\s\S]*no-such-flag/,
    );
    expect(errorAfter(changed)).toBeLessThan(10_000);
    await withArgs(args);
    await leftAlone(null);
  });

  test("that names a controller which is scaled to 0, and the command that starts it", async () => {
    const { run, errorAfter } = await waitingUp();
    await leftAlone("disabled");
    const scaled = Date.now();
    await api.call({ method: "PATCH", path: sourceController, body: { spec: { replicas: 0 } } });
    const { exitCode, all } = await run;
    expect(exitCode).toBe(1);
    expect(errorOf(all)).toMatch(/^the delivery failed: is scaled to 0/);
    expect(all).toContain("kubectl -n flux-system scale deployment source-controller --replicas 1");
    expect(errorAfter(scaled)).toBeLessThan(10_000);
  });

  test("and its fix lets the next `up` end well", async () => {
    await hold(null);
    await leftAlone(null);
    const said = await copy.shell("kubectl -n flux-system scale deployment source-controller --replicas 1");
    expect(said.exitCode, said.all).toBe(0);
    const up = await copy.timonier("up");
    expect(up.exitCode, up.all).toBe(0);
  });
});

test("what a machine left that was switched off, and whose clock was set back, keeps no `up` from ending well", async () => {
  // GIVEN
  const layout = clusterLayout(copy.clusterFolder);
  const before = Object.keys(pidsOf(copy.clusterFolder)).sort();
  await killAll(() => copy.processes());
  const stranger = spawn("sleep", ["600"]);
  try {
    await once(stranger, "spawn");
    const { pid = 0 } = stranger;
    const started = `00000000-0000-0000-0000-000000000000/${identify(pid)?.started.split("/")[1]}`;
    // Its processes have the numbers of others now.
    for (const file of readdirSync(layout.pids)) writeFileSync(join(layout.pids, file), String(pid));
    const gitlab = layoutOf(copy.gitlabFolder);
    const daemons = [gitlab.pid, gitlab.serverLock, layout.agentPid, `${copy.clusterFolder}/../../embedded.lock`];
    for (const file of daemons) writeFileSync(file, JSON.stringify({ pid, started }));
    const locks = join(copy.state, "pulumi/.pulumi/locks/organization/timonier/embedded");
    mkdirSync(locks, { recursive: true });
    const lock = {
      pid,
      username: "a",
      hostname: hostname(),
      timestamp: new Date(Date.now() - 86_400_000).toISOString(),
    };
    writeFileSync(join(locks, "left.json"), JSON.stringify(lock));
    // Both were being started.
    const tomorrow = Date.now() / 1_000 + 86_400;
    for (const folder of [layout.lock, `${copy.gitlabFolder}.lock`]) {
      mkdirSync(folder);
      utimesSync(folder, tomorrow, tomorrow);
    }
    // WHEN
    const up = await copy.timonier("up");
    // THEN
    expect(up.exitCode, up.all).toBe(0);
    expect(up.all).not.toMatch(/\d+ (created|replaced|deleted)/);
    expect((await copy.timonier("status")).exitCode).toBe(0);
    expect(Object.keys(pidsOf(copy.clusterFolder)).sort()).toEqual(before);
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  } finally {
    stranger.kill("SIGKILL");
  }
});
