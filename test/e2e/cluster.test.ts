import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { Server } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { examples } from "../../examples/all.js";
import { portOptions } from "../../packages/control-plane/components.js";
import { clusterLayout } from "../../packages/control-plane/layout.js";
import { freePorts, isFree } from "../../packages/control-plane/ports.js";
import { agentPort, readRecord } from "../../packages/control-plane/record.js";
import { clusterToolNames, toolsIn } from "../../packages/control-plane/tools.js";
import type { KubeApi } from "../../packages/kit/kube-api.js";
import type { ContainerStatus, Pod } from "../../simulators/cluster/agent/pod-objects.js";
import { inspectCluster, removeCluster, startCluster, stopCluster } from "../../simulators/cluster/lifecycle.js";
import { startParts } from "../../simulators/cluster/start.js";
import { podsOf, workloadSamples } from "../support/workload-samples.js";
import {
  apiOf,
  apply,
  dryRun,
  eventually,
  fluxManifests,
  type KubeObject,
  listeningAddresses,
  pathOf,
  pidsOf,
  serveRepository,
  toolFolder,
} from "./cluster-support.js";
import { applyStrictly, installImageDefinitions, suspendedObjects } from "./support/examples.js";

// A checkout may lie in a folder like this one.
const root = realpathSync(mkdtempSync(join(tmpdir(), "cluster é ")));
const dir = join(root, "first");
const second = join(root, "second");
const bin = join(root, "bin");
const tools = toolsIn(bin);
const fluxNames = ["source-controller", "kustomize-controller", "helm-controller", "notification-controller"];
let api: KubeApi;
let git: Server | undefined;

beforeAll(async () => {
  mkdirSync(bin);
  for (const name of clusterToolNames) symlinkSync(join(toolFolder, name), join(bin, name));
  await startCluster(dir, tools);
  api = apiOf(dir);
});

afterAll(async () => {
  git?.close();
  api?.close();
  await Promise.all([dir, second].map((one) => removeCluster(one)));
  rmSync(root, { recursive: true, force: true });
});

test("a started cluster runs, listens on 127.0.0.1 only and keeps its secrets to its owner", async () => {
  expect(await inspectCluster(dir)).toEqual({ state: "running", missing: [] });
  const addresses = listeningAddresses(Object.values(pidsOf(dir)));
  expect(addresses.length).toBeGreaterThanOrEqual(6);
  expect(addresses.filter((address) => !address.startsWith("0100007F:"))).toEqual([]);
  expect(statSync(dir).mode & 0o077).toBe(0);
  expect(statSync(join(dir, "kubeconfig")).mode & 0o077).toBe(0);
});

test("a second start finds everything there and starts nothing", async () => {
  const before = pidsOf(dir);
  const started = Date.now();
  const again = await startCluster(dir, tools);
  expect(Date.now() - started).toBeLessThan(2_000);
  expect(pidsOf(dir)).toEqual(before);
  expect(again.kubernetesVersion).toMatch(/^v1\.\d+\./);
  expect(readFileSync(again.kubeconfigFile, "utf8")).toContain(again.server);
});

test("simulated pods become Ready, and one whose image cannot exist says so", async () => {
  await apply(api, [simulated("web", "nginx:1.14.2", 3), simulated("broken", "nginx:does-not-exist", 1)]);
  await eventually("three ready pods", async () => (await deployment("web", "default")).readyReplicas === 3);
  await eventually("ErrImagePull", async () => {
    const [pod] = await pods("default", "broken");
    return statusOf(pod)?.state.waiting?.reason === "ErrImagePull";
  });
  expect(await pids("nginx")).toEqual([]);
});

test("the Flux Deployments become Available: their programs run, each with its own ServiceAccount", async () => {
  await apply(api, await fluxManifests());
  for (const name of fluxNames) {
    await eventually(name, async () => (await deployment(name, "flux-system")).availableReplicas === 1);
    expect(await pids(name), name).toHaveLength(1);
  }
  const [pod] = await pods("flux-system", "source-controller");
  expect(pod?.status?.conditions?.map(({ type, status }) => `${type}=${status}`).sort()).toEqual(
    [
      "ContainersReady=True",
      "Initialized=True",
      "PodReadyToStartContainers=True",
      "PodScheduled=True",
      "Ready=True",
    ].sort(),
  );
  const token = readFileSync(join(clusterLayout(dir).pods, pod?.metadata.uid ?? "", "credentials", "token"), "utf8");
  const review = await api.call<{ status: { user: { username: string } } }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/tokenreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } },
  });
  expect(review.status.user.username).toBe("system:serviceaccount:flux-system:source-controller");
  expect(listeningAddresses(Object.values(pidsOf(dir))).filter((one) => !one.startsWith("0100007F:"))).toEqual([]);
});

test("pods that the node life-cycle controller set to not Ready become Ready again", async () => {
  const chosen = [(await pods("default", "web"))[0], (await pods("flux-system", "helm-controller"))[0]];
  const ready = (pod: Pod | undefined) => pod?.status?.conditions?.find(({ type }) => type === "Ready");
  for (const pod of chosen) {
    // What that controller writes when a node is silent for 40 s.
    // https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/util/node/controller_utils.go
    const body = { status: { conditions: [{ ...ready(pod), status: "False" }] } };
    const contentType = "application/strategic-merge-patch+json";
    const written = await api.call<Pod>({ method: "PATCH", path: `${podPath(pod)}/status`, body, contentType });
    expect(ready(written)?.status).toBe("False");
  }
  for (const pod of chosen) {
    await eventually(pod?.metadata.name ?? "", async () => {
      return ready(await api.find<Pod>(podPath(pod)))?.status === "True";
    });
  }
  const after = await Promise.all(chosen.map((pod) => api.find<Pod>(podPath(pod))));
  expect(after.map(statusOf)).toEqual(chosen.map(statusOf));
});

test("`kubectl logs` shows a program's log, and what stands for one of a simulated container", async () => {
  const logOf = async (namespace: string, app: string) => {
    const [pod] = await pods(namespace, app);
    const path = `/api/v1/namespaces/${namespace}/pods/${pod?.metadata.name}/log`;
    let text = "";
    for await (const chunk of await api.open({ path, query: { tailLines: "1" } })) text += chunk;
    return text;
  };
  expect(JSON.parse(await logOf("flux-system", "source-controller"))).toHaveProperty("level");
  expect(await logOf("default", "web")).toBe("simulated by kwok: no program runs in this container\n");
});

test("the API server accepts what the workload constructs render, and their pods by the restricted standard", async () => {
  const name = "workloads";
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  await apply(api, [namespace]);
  await eventually("its account", () => api.find(`/api/v1/namespaces/${name}/serviceaccounts/default`));
  const samples = workloadSamples(name);
  const checked = [...samples, ...podsOf(samples)];
  for (const object of checked) {
    await expect(dryRun(api, object), `${object.kind} ${object.metadata.name}`).resolves.toBeUndefined();
  }
  expect(checked.filter(({ kind }) => kind === "Pod")).toHaveLength(8);
  const unsafe = { containers: [{ name: "main", image: "nginx:1.14.2" }] };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "unsafe", namespace: name }, spec: unsafe };
  await expect(dryRun(api, pod)).rejects.toThrow(/violates PodSecurity "restricted/);
  await api.call({ method: "DELETE", path: pathOf(namespace) });
});

test("Flux applies what a Git repository holds: its controllers find each other by the names of their Services", async () => {
  const served = await serveRepository(join(root, "git"), {
    "map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-git, namespace: default}\ndata: {a: b}\n",
  });
  git = served.server;
  const metadata = { name: "app", namespace: "default" };
  await apply(api, [
    {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata,
      spec: { url: served.url, interval: "1m", ref: { branch: "main" } },
    },
    {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata,
      spec: { sourceRef: { kind: "GitRepository", name: "app" }, path: "./", prune: true, interval: "1m" },
    },
  ]);
  await eventually("the ConfigMap", () => api.find("/api/v1/namespaces/default/configmaps/from-git"));
});

describe("the API server accepts, and deletes again, the example", () => {
  beforeAll(() => installImageDefinitions(api));

  test.each([...examples])("%s", async (name, example) => {
    const objects = suspendedObjects(example);
    await expect(applyStrictly(api, objects)).resolves.toBeUndefined();
    for (const object of objects) await api.call({ method: "DELETE", path: pathOf(object) });
    await eventually(`the end of ${name}`, async () => {
      const left = await Promise.all(objects.map((object) => api.find(pathOf(object))));
      return left.every((object) => object === undefined);
    });
  });
});

test("a killed controller is started again, and its pod tells why", async () => {
  const before = pidsOf(dir);
  const restarts = statusOf((await pods("flux-system", "kustomize-controller"))[0])?.restartCount ?? 0;
  process.kill(before["kustomize-controller"] ?? 0, "SIGKILL");
  const status = await eventually("the restart", async () => {
    const [pod] = await pods("flux-system", "kustomize-controller");
    const found = statusOf(pod);
    return found?.restartCount === restarts + 1 && found.ready ? found : undefined;
  });
  expect(status.lastState.terminated).toMatchObject({ exitCode: 137, signal: 9 });
  const { "kustomize-controller": fresh, ...others } = pidsOf(dir);
  expect(fresh).not.toBe(before["kustomize-controller"]);
  expect({ ...others, "kustomize-controller": before["kustomize-controller"] }).toEqual(before);
});

test("a changed Deployment gets a new program, and the old one goes with its pod", async () => {
  const [before] = await pods("flux-system", "notification-controller");
  const path = "/apis/apps/v1/namespaces/flux-system/deployments/notification-controller";
  const body = { spec: { template: { metadata: { annotations: { changed: "yes" } } } } };
  await api.call({ method: "PATCH", path, body });
  await eventually("the new pod alone", async () => {
    const [pod, ...more] = await pods("flux-system", "notification-controller");
    return more.length === 0 && pod?.metadata.uid !== before?.metadata.uid && statusOf(pod)?.ready;
  });
  const folder = join(clusterLayout(dir).pods, before?.metadata.uid ?? "");
  await eventually("the old one's folder to go", async () => !existsSync(folder));
});

test("a pod whose program is missing waits for it as for an image", async () => {
  const link = join(bin, "helm-controller");
  rmSync(link);
  const late = simulated("late", "fluxcd/helm-controller:v1", 1);
  await apply(api, [late]);
  const state = await eventually("ErrImagePull", async () => {
    const found = statusOf((await pods("default", "late"))[0])?.state;
    return found?.waiting?.reason === "ErrImagePull" ? found : undefined;
  });
  expect(state.waiting?.message).toContain(`${link} cannot be executed`);
  symlinkSync(join(toolFolder, "helm-controller"), link);
  await eventually("the start", async () => statusOf((await pods("default", "late"))[0])?.containerID !== undefined);
  await api.call({ method: "DELETE", path: pathOf(late) });
  await eventually("the end", async () => (await pods("default", "late")).length === 0);
});

test("a program that cannot run ends in CrashLoopBackOff with the last lines of its log", async () => {
  const crash = simulated("crash", "mirror.example/fluxcd/helm-controller:v9", 1, ["--no-such-flag"]);
  await apply(api, [crash]);
  const status = await eventually("the back-off", async () => {
    const found = statusOf((await pods("default", "crash"))[0]);
    return found?.state.waiting?.reason === "CrashLoopBackOff" ? found : undefined;
  });
  expect(status.lastState.terminated?.message).toContain("no-such-flag");
  expect(status.state.waiting?.message).toMatch(/^back-off 10s restarting failed container=main/);
  await api.call({ method: "DELETE", path: pathOf(crash) });
});

test("after any one process was killed a start repairs that one only", async () => {
  const names = [
    "kube-scheduler",
    "kwok-controller",
    "kube-controller-manager",
    "kube-apiserver",
    "etcd",
    "runtime-agent",
  ];
  for (const name of names) {
    const before = pidsOf(dir);
    process.kill(before[name] ?? 0, "SIGKILL");
    await eventually(`the end of ${name}`, async () => pidsOf(dir)[name] === undefined);
    expect(await inspectCluster(dir), name).toMatchObject({
      state: "degraded",
      missing: expect.arrayContaining([name]),
    });
    await startCluster(dir, tools);
    expect(await inspectCluster(dir), name).toEqual({ state: "running", missing: [] });
    const { [name]: fresh, ...others } = pidsOf(dir);
    expect(fresh, name).not.toBe(before[name]);
    expect({ ...others, [name]: before[name] }, name).toEqual(before);
  }
});

test("a controller that gave up while the API server was slow is started again", async () => {
  const { "kube-apiserver": server = 0, "kube-controller-manager": controller = 0 } = pidsOf(dir);
  process.kill(server, "SIGSTOP");
  await eventually("its halt", async () => / T /.test(readFileSync(`/proc/${server}/stat`, "utf8")));
  const said: string[] = [];
  const started = startCluster(dir, tools, { progress: (line) => said.push(line) });
  try {
    await eventually("the wait", async () => said.some((line) => line.includes("the embedded API server")));
    process.kill(controller, "SIGKILL");
    await eventually("its end", async () => pidsOf(dir)["kube-controller-manager"] === undefined);
  } finally {
    process.kill(server, "SIGCONT");
  }
  await started;
  expect(await inspectCluster(dir)).toEqual({ state: "running", missing: [] });
  expect(pidsOf(dir)["kube-apiserver"]).toBe(server);
});

test("after all of it was killed at once a start brings all of it back", async () => {
  for (const pid of Object.values(pidsOf(dir))) process.kill(pid, "SIGKILL");
  await eventually("the end", async () => Object.keys(pidsOf(dir)).length === 0);
  expect((await inspectCluster(dir)).state).toBe("stopped");
  await startCluster(dir, tools);
  for (const name of fluxNames) {
    await eventually(name, async () => (await pids(name)).length === 1);
    await eventually(name, async () => (await deployment(name, "flux-system")).availableReplicas === 1);
  }
  expect(await api.find("/api/v1/namespaces/default/configmaps/from-git")).toBeDefined();
});

test("after all of it was stopped and continued, as by a machine that sleeps, the same processes go on", async () => {
  const before = pidsOf(dir);
  const signal = (name: NodeJS.Signals) => {
    for (const pid of Object.values(before)) process.kill(pid, name);
  };
  signal("SIGSTOP");
  await sleep(10_000);
  signal("SIGCONT");
  const metadata = { name: "after-sleep", namespace: "default" };
  await eventually("the API server", () =>
    apply(api, [{ apiVersion: "v1", kind: "ConfigMap", metadata }]).then(
      () => true,
      () => false,
    ),
  );
  for (const name of fluxNames) {
    await eventually(name, async () => (await deployment(name, "flux-system")).availableReplicas === 1);
  }
  await eventually("the simulated pods", async () => (await deployment("web", "default")).readyReplicas === 3);
  expect(await inspectCluster(dir)).toEqual({ state: "running", missing: [] });
  expect(pidsOf(dir)).toEqual(before);
});

test("deleting a Deployment ends its controller", async () => {
  await api.call({ method: "DELETE", path: "/apis/apps/v1/namespaces/flux-system/deployments/helm-controller" });
  await eventually("the end", async () => (await pids("helm-controller")).length === 0);
  await eventually("no pod", async () => (await pods("flux-system", "helm-controller")).length === 0);
  expect(await pids("source-controller")).toHaveLength(1);
});

test("a second cluster has processes, ports and objects of its own", async () => {
  const before = pidsOf(dir);
  const other = await startCluster(second, tools);
  const its = apiOf(second);
  const ports = Object.values(readRecord(clusterLayout(second))?.ports ?? {});
  try {
    expect(other.server).not.toBe(api.access.server);
    expect(await its.find("/apis/apps/v1/namespaces/default/deployments/web")).toBeUndefined();
  } finally {
    its.close();
  }
  await removeCluster(second);
  expect(existsSync(second)).toBe(false);
  expect(pidsOf(second)).toEqual({});
  expect(await Promise.all(ports.map(isFree))).toEqual(ports.map(() => true));
  expect(pidsOf(dir)).toEqual(before);
});

test("a stopped cluster starts with its data and ports, and believes no pid file of before", async () => {
  const { server } = await startCluster(dir, tools);
  await stopCluster(dir);
  expect(pidsOf(dir)).toEqual({});
  expect((await inspectCluster(dir)).state).toBe("stopped");
  const stranger = spawn("sleep", ["60"]);
  try {
    const pidFolder = clusterLayout(dir).pids;
    mkdirSync(pidFolder, { recursive: true });
    writeFileSync(join(pidFolder, "etcd.pid"), String(stranger.pid));
    expect((await startCluster(dir, tools)).server).toBe(server);
    expect(pidsOf(dir).etcd).toBeDefined();
    expect(await api.find("/api/v1/namespaces/default/configmaps/from-git")).toBeDefined();
    await eventually(
      "Flux again",
      async () => (await deployment("source-controller", "flux-system")).availableReplicas === 1,
    );
    await eventually("one process", async () => (await pids("source-controller")).length === 1);
    expect(stranger.exitCode).toBeNull();
  } finally {
    stranger.kill();
  }
});

test.each(["kubeControllerManagerPort", "etcdPort"])(
  "GIVEN a %s that another process takes before its use WHEN a cluster is installed THEN it gets other ports",
  async (option) => {
    await removeCluster(second);
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const choices: number[] = [];
    const said: string[] = [];
    mkdirSync(second, { recursive: true, mode: 0o700 });
    try {
      const how = { timeout: 60_000, progress: (line: string) => void said.push(line) };
      await startParts(clusterLayout(second), tools, how, async () => {
        const ports = await freePorts([...portOptions, agentPort]);
        const chosen = choices.length === 0 ? { ...ports, [option]: port } : ports;
        choices.push(chosen[option] ?? 0);
        return chosen;
      });
      expect(said).toContain("embedded cluster: another process took one of its ports, choosing others");
      expect(readRecord(clusterLayout(second))?.ports[option]).toBe(choices[1]);
      expect(await inspectCluster(second)).toEqual({ state: "running", missing: [] });
    } finally {
      other.close();
    }
  },
);

test("a cluster is removed from a half-made state too", async () => {
  const layout = clusterLayout(dir);
  const ports = listeningAddresses(Object.values(pidsOf(dir))).map((one) =>
    Number.parseInt(one.split(":")[1] ?? "", 16),
  );
  for (const lost of [layout.record, layout.pids, layout.agentPid]) rmSync(lost, { recursive: true, force: true });
  await removeCluster(dir);
  expect(existsSync(dir)).toBe(false);
  expect(pidsOf(dir)).toEqual({});
  expect(await Promise.all(ports.map(isFree))).toEqual(ports.map(() => true));
  expect(await inspectCluster(dir)).toMatchObject({ state: "absent" });
  await removeCluster(dir);
});

function simulated(name: string, image: string, replicas: number, args: string[] = []): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        // A controller that is ended while it starts uses all of it.
        spec: { terminationGracePeriodSeconds: 2, containers: [{ name: "main", image, args }] },
      },
    },
  };
}

async function deployment(
  name: string,
  namespace: string,
): Promise<{ readyReplicas?: number; availableReplicas?: number }> {
  const found = await api.find<{ status: object }>(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  return found?.status ?? {};
}

async function pods(namespace: string, app: string): Promise<Pod[]> {
  const query = { labelSelector: `app=${app}` };
  return (await api.call<{ items: Pod[] }>({ path: `/api/v1/namespaces/${namespace}/pods`, query })).items;
}

function statusOf(pod: Pod | undefined): ContainerStatus | undefined {
  return pod?.status?.containerStatuses?.[0];
}

function podPath(pod: Pod | undefined): string {
  return `/api/v1/namespaces/${pod?.metadata.namespace}/pods/${pod?.metadata.name}`;
}

async function pids(program: string): Promise<number[]> {
  return Object.entries(pidsOf(dir)).flatMap(([name, pid]) => (name === program ? [pid] : []));
}
