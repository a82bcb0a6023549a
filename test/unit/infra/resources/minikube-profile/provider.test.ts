import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { sweepMinikube } from "../../../../../infra/cluster/minikube/cli/sweep.js";
import { unownedKubeconfig } from "../../../../../infra/cluster/minikube/unowned-profile.js";
import { minikubeProfile } from "../../../../../infra/resources/minikube-profile/provider.js";
import type { Context, Properties } from "../../../../../packages/provider-host/plugin.js";
import { layoutOf } from "../../../../../simulators/gitlab/layout.js";
import { ensureCertificates } from "../../../../../simulators/gitlab/tls.js";
import { script } from "../../../packages/toolchain/temp-folder.js";

// The plugin's work with a stand-in for minikube, whose states are data; the real one is run by
// `npm run lane:minikube`.

// Each call starts a process: a second altogether on an idle machine, and far more on a busy one.
vi.setConfig({ testTimeout: 60_000 });
let folder: string;
let api: Server;
let identity = "uid-1";
let said: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "timonier-minikube-"));
  const layout = layoutOf(join(folder, "tls"));
  await ensureCertificates(layout, []);
  api = createServer({ key: readFileSync(layout.key), cert: readFileSync(layout.certificate) }, (request, response) => {
    const body = request.url === "/version" ? { gitVersion: "v1.34.4" } : { metadata: { uid: identity } };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((done) => api.listen(0, "127.0.0.1", done));
  mkdirSync(join(folder, "bin"));
  const fake = join(dirname(new URL(import.meta.url).pathname), "fake-minikube.mjs");
  // Each operation asks for the version, and a shell takes a tenth of the CPU of Node to start.
  await script(
    join(folder, "bin", "minikube"),
    `[ "$1" = version ] && echo v1.38.1 && exit`,
    `exec '${process.execPath}' '${fake}' "$@"`,
  );
  await script(
    join(folder, "bin", "kubectl"),
    '[ "$1" = version ] && echo "Client Version: v1.36.3" && exit',
    'while [ $# -gt 0 ]; do [ "$1" = --kubeconfig ] && exec cat "$2"; shift; done',
  );
});
afterAll(() => {
  api.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  const home = mkdtempSync(join(folder, "home-"));
  vi.stubEnv("MINIKUBE_HOME", home);
  vi.stubEnv("TIMONIER_STATE", join(home, "state"));
  vi.stubEnv("TIMONIER_TOOLS_FROM", "path");
  vi.stubEnv("PATH", [join(folder, "bin"), dirname(process.execPath), process.env.PATH].join(delimiter));
  identity = "uid-1";
  said = [];
  writeState({ profiles: {} });
  const { port } = api.address() as AddressInfo;
  writeFileSync(
    join(home, "kubeconfig"),
    stringify({
      "current-context": "team",
      contexts: [{ name: "team", context: { cluster: "team", user: "team" } }],
      clusters: [
        {
          name: "team",
          cluster: {
            server: `https://127.0.0.1:${port}`,
            "certificate-authority-data": readFileSync(layoutOf(join(folder, "tls")).ca).toString("base64"),
          },
        },
      ],
      users: [{ name: "team", user: { token: "canary" } }],
    }),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const home = () => process.env.MINIKUBE_HOME as string;
const clusterFolder = () => join(home(), "state", "stacks", "minikube", "cluster");
const calls = () => readFileSync(join(home(), "calls"), "utf8").trim().split("\n");
const changes = () => calls().filter((call) => !/^(profile|status)/.test(call));
const forget = () => rmSync(join(home(), "calls"), { force: true });
// biome-ignore lint/suspicious/noExplicitAny: the stand-in's state is whatever a test wants.
const readState = () => JSON.parse(readFileSync(join(home(), "fake.json"), "utf8")) as any;
const writeState = (state: object) => writeFileSync(join(home(), "fake.json"), JSON.stringify(state));
const setHost = (host: string) => {
  const state = readState();
  state.profiles.team.host = host;
  writeState(state);
};

const spec: Properties = {
  ...{ stack: "minikube", profile: "team", driver: "docker", version: "1.34.4", runtime: "docker" },
  ...{ nodes: 1, cpus: 2, memory: 4096, addons: [] },
};
const context = (signal = new AbortController().signal): Context<unknown> => ({
  ...{ config: {}, preview: false, signal, urn: "urn" },
  log: (_severity, message) => void said.push(message),
});
const create = async (inputs = spec) => {
  const made = await minikubeProfile.create(inputs, context());
  return { ...made, olds: { inputs, state: made.state } };
};
const diff = (olds: { inputs: Properties; state: Properties }, news = olds.inputs) =>
  minikubeProfile.diff?.("team", olds, news, context());

test("reports each step of the creation, and records the cluster's identity", async () => {
  const { id, state } = await create();
  expect(id).toBe("team");
  expect(state).toMatchObject({ identity: "uid-1", kubernetesVersion: "v1.34.4", state: "running" });
  expect(said).toContain("12/19 Booting up control plane");
  expect(readFileSync(join(clusterFolder(), "kubeconfig"), "utf8")).toBe(state.kubeconfig);
  expect(await diff({ inputs: spec, state })).toMatchObject({ changes: false });
});

test("a profile that the stack did not create is neither changed nor deleted", async () => {
  await create();
  rmSync(clusterFolder(), { recursive: true });
  forget();
  await expect(create()).rejects.toThrow(/the profile team exists, and this stack did not create it/);
  expect(changes()).toEqual([]);
});

test("a failure is reported with minikube's reason and advice, and the next run continues with the profile", async () => {
  const failure = {
    ...{ exitcode: "69", name: "PROVIDER_DOCKER_NOT_RUNNING", message: "the docker service is not running" },
    ...{ advice: "Start Docker", url: "https://minikube.sigs.k8s.io/docs/drivers/docker/", issues: "" },
  };
  writeState({ profiles: {}, failure });
  await expect(create()).rejects.toThrow(
    expect.objectContaining({
      what: "the docker service is not running (PROVIDER_DOCKER_NOT_RUNNING)",
      where: "minikube start, profile team",
      fix: expect.stringMatching(/^Start Docker\n +see https:\/\/minikube/),
    }),
  );
  // Half made, as a run that was killed leaves it.
  writeState({ profiles: {}, invalid: ["team"] });
  forget();
  expect((await create()).state).toMatchObject({ identity: "uid-1" });
  expect(changes()[0]).toMatch(/^delete --profile=team/);
});

test("cancelling a run ends minikube", async () => {
  writeState({ profiles: {}, hang: true });
  const run = new AbortController();
  const making = minikubeProfile.create(spec, context(run.signal));
  const start = Date.now();
  setTimeout(() => run.abort(), 1_000);
  await expect(making).rejects.toThrow();
  expect(Date.now() - start).toBeLessThan(15_000);
});

describe("changes outside the program", () => {
  test("a refresh finds a stopped cluster, and the update starts it", async () => {
    const { olds } = await create();
    setHost("Stopped");
    expect(await minikubeProfile.read?.("team", olds.state, spec, context())).toMatchObject({
      state: { state: "stopped", identity: "uid-1" },
    });
    expect(await diff(olds)).toMatchObject({ changes: true, changed: ["state"] });
    forget();
    expect(olds.state).not.toHaveProperty("startedAt");
    const before = Date.now();
    const { state = {} } = (await minikubeProfile.update?.("team", olds, spec, context())) ?? {};
    expect(state).toMatchObject({ state: "running" });
    expect(Date.parse(String(state.startedAt))).toBeGreaterThanOrEqual(before);
    expect(changes()).toHaveLength(1);
    expect(changes()[0]).not.toMatch(/--(cpus|memory|nodes)=/);
  });

  test("a refresh does not find a deleted cluster, and the next update recreates it", async () => {
    const { olds } = await create();
    writeState({ profiles: {} });
    expect(await minikubeProfile.read?.("team", olds.state, spec, context())).toBeUndefined();
    const found = await diff(olds);
    expect(found).toMatchObject({ replaces: ["identity"] });
    expect(found).not.toHaveProperty("deleteBeforeReplace");
    // The engine makes the new one first, and then deletes the old one.
    identity = "uid-2";
    expect((await create()).state).toMatchObject({ identity: "uid-2" });
    forget();
    await minikubeProfile.delete?.("team", olds.state, context());
    expect(existsSync(join(home(), "calls"))).toBe(false);
    expect(readState().profiles).toHaveProperty("team");
  });

  test("another cluster with that profile name is not deleted", async () => {
    const { olds } = await create();
    identity = "uid-2";
    expect(await diff(olds)).toMatchObject({ replaces: ["identity"] });
    forget();
    await minikubeProfile.delete?.("team", olds.state, context());
    expect(changes()).toEqual([]);
    expect(said.at(-1)).toContain("another cluster now");
    await expect(create()).rejects.toThrow(/did not create it/);
  });

  test("an addon that was disabled outside the program is enabled again", async () => {
    const { olds } = await create({ ...spec, addons: ["ingress"] });
    const state = readState();
    state.profiles.team.config.Addons.ingress = false;
    writeState(state);
    expect(await minikubeProfile.read?.("team", olds.state, olds.inputs, context())).toMatchObject({
      inputs: { addons: [] },
    });
    forget();
    const started = { ...olds, state: { ...olds.state, startedAt: "2026-11-29T10:00:00.000Z" } };
    const updated = await minikubeProfile.update?.("team", started, olds.inputs, context());
    // Nothing was started by this.
    expect(updated?.state).toMatchObject({ startedAt: "2026-11-29T10:00:00.000Z" });
    expect(changes()).toEqual(["addons enable ingress --profile=team"]);
  });

  test("a lost kubeconfig is written again", async () => {
    const { olds } = await create();
    rmSync(join(clusterFolder(), "kubeconfig"));
    expect(await diff(olds)).toMatchObject({ changes: true });
    await minikubeProfile.update?.("team", olds, spec, context());
    expect(existsSync(join(clusterFolder(), "kubeconfig"))).toBe(true);
  });
});

test("a change that needs a new cluster is a replacement", async () => {
  const { olds } = await create();
  expect(await diff(olds, { ...spec, cpus: 4, memory: 8192 })).toMatchObject({ replaces: ["cpus", "memory"] });
  expect(await diff(olds, { ...spec, version: "1.33.1" })).toMatchObject({ replaces: ["version"] });
  expect(await diff(olds, { ...spec, version: "1.35.1" })).toMatchObject({ changed: ["version"] });
});

test("an authority is copied before the cluster is created, and deleted with it", async () => {
  const { olds } = await create({ ...spec, extraCa: "PEM" });
  const file = join(home(), ".minikube", "certs", "timonier-team.pem");
  expect(readFileSync(file, "utf8")).toBe("PEM");
  await minikubeProfile.delete?.("team", olds.state, context());
  expect(existsSync(file)).toBe(false);
  expect(readState().profiles).toEqual({});
});

describe("Kubernetes on the machine itself", () => {
  const bare = { ...spec, driver: "none" };

  test("is stopped before it is uninstalled", async () => {
    const { olds } = await create(bare);
    forget();
    await minikubeProfile.delete?.("team", olds.state, context());
    expect(changes().map((call) => call.split(" ")[0])).toEqual(["stop", "delete"]);
  });

  test("is uninstalled although it cannot be stopped", async () => {
    const { olds } = await create(bare);
    const failure = { exitcode: "82", name: "GUEST_STOP_TIMEOUT", message: "it does not stop", advice: "" };
    writeState({ ...readState(), failure });
    await minikubeProfile.delete?.("team", olds.state, context());
    expect(readState().profiles).toEqual({});
    expect(said).toContain("it does not stop (GUEST_STOP_TIMEOUT): deleting it as it is");
  });

  test("is not stopped first in machines that are deleted with it", async () => {
    const { olds } = await create();
    forget();
    await minikubeProfile.delete?.("team", olds.state, context());
    expect(changes().map((call) => call.split(" ")[0])).toEqual(["delete"]);
  });
});

test("a profile that Pulumi's state does not know is deleted by its claim", async () => {
  await create();
  await sweepMinikube(clusterFolder(), join(home(), "state", "bin"), () => {});
  expect(readState().profiles).toEqual({});
  forget();
  await sweepMinikube(clusterFolder(), join(home(), "state", "bin"), () => {});
  expect(existsSync(join(home(), "calls"))).toBe(false);
});

describe("a profile that the stack does not own", () => {
  const config = () => ({
    ...{ profile: "team", owned: false, kubeconfigFile: join(home(), "kubeconfig"), kubernetesVersion: "1.34.4" },
    ...({ driver: "docker", runtime: "docker", nodes: 1, cpus: 2, memory: 4096, addons: [] } as const),
    ...{ registryMirror: undefined, caFile: undefined },
  });
  const kubeconfig = () => unownedKubeconfig("guest", config(), () => {});

  test("is used through the context in its owner's kubeconfig, and is only read", async () => {
    await create();
    forget();
    expect(await kubeconfig()).toBe(readFileSync(config().kubeconfigFile, "utf8"));
    expect(changes()).toEqual([]);
  });

  test("must exist and run", async () => {
    await expect(kubeconfig()).rejects.toThrow(/the profile team is absent, and the stack does not own it/);
    await create();
    setHost("Stopped");
    await expect(kubeconfig()).rejects.toThrow(/does not run \(team: Stopped\)/);
  });

  test("must not be one that the stack created", async () => {
    await create();
    await expect(unownedKubeconfig("minikube", config(), () => {})).rejects.toThrow(/was created by this stack/);
  });
});

test("no argument of minikube is secret", async () => {
  await create({ ...spec, extraCa: "PEM-canary" });
  expect(calls().join("\n")).not.toMatch(/canary/);
});
