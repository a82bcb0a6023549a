import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatusReport } from "../../cli/status/status-report.js";
import { isFree } from "../../packages/control-plane/ports.js";
import { startGitLab } from "../../simulators/gitlab/lifecycle.js";
import {
  clearFaults,
  journalHas,
  killTree,
  killWhen,
  look,
  occupy,
  plant,
  repositories,
  revoke,
  startUp,
  waitUntil,
} from "./support/faults.js";
import { type Said, WorkingCopy } from "./support/working-copy.js";

// What goes wrong around the story, on one stack that has to outlive all of it. Each test goes on where the one before
// it stopped.

let copy: WorkingCopy;

beforeAll(async () => {
  copy = new WorkingCopy();
  // Running beforehand, so that faults can be planted in what the first `up` meets.
  await startGitLab(copy.gitlabFolder, { settings: { test: true, journal: true } });
});
afterAll(async () => {
  await copy.remove();
});

const status = async (): Promise<StatusReport> => JSON.parse((await copy.timonier("status", "--json")).stdout);
const checkpoint = () => join(copy.state, "pulumi/.pulumi/stacks/timonier/embedded.json");
const stackSettings = () => join(copy.state, "stacks/embedded/Pulumi.embedded.yaml");
const whole = "1 commits, 1 deploy tokens, 1 protected";

/** One error with its parts, and no trace of our own code or of a parser. */
function expectOneError(said: Said, what: RegExp): void {
  expect(said.stderr).toMatch(what);
  expect(said.stderr.match(/^error: /gm)).toHaveLength(1);
  expect(said.stderr).toMatch(/\n {2}where: \S.*\n {2}fix: {3}\S/);
  expectNoTrace(said);
}

function expectNoTrace({ all }: Pick<Said, "all">): void {
  expect(all).not.toMatch(/^\s+at .+:\d+:\d+\)?$|ZodError|goroutine \d|bug in timonier/m);
}

/** The temporary folders of Pulumi's runs, in which the kubernetes plugin leaves an administrator's kubeconfig. */
function expectNoRunFolder(): void {
  expect(existsSync(join(copy.state, "stacks/embedded/tmp"))).toBe(false);
  expect(copy.leftCredentials()).toEqual([]);
}

function daemon(name: RegExp): number {
  const found = copy.processes().find((pid) => name.test(readFileSync(`/proc/${pid}/cmdline`, "utf8")));
  if (!found) throw new Error(`no process ${name}`);
  return found;
}

describe("an `up` that is killed between a creation and its record", () => {
  test.each([
    ["projects", /"POST","path":"\/api\/v4\/projects"/],
    ["variables", /"POST","path":"\/api\/v4\/projects\/\d+\/variables"/],
    ["deploy tokens", /"POST","path":"\/api\/v4\/projects\/\d+\/deploy_tokens"/],
  ])("leaves %s that Pulumi does not know", async (_what, request) => {
    // The answer is lost: what was made is looked up after half a second, in which the run is killed.
    await plant(copy, {
      method: "POST",
      path: "^/api/v4/projects(/\\d+/(deploy_tokens|variables))?$",
      times: 9,
      cut: true,
    });
    const run = startUp(copy);
    await journalHas(copy, request);
    killTree(run.pid ?? 0);
    await run;
    await clearFaults(copy);
    expect(readFileSync(checkpoint(), "utf8")).toContain('"pending_operations"');
    // What a kill leaves now and then: attributes of the state that were just being written.
    writeFileSync(`${checkpoint()}.attrs`, "");
  });

  test("is taken up by the next one: nothing blocks it, nothing is made twice", async () => {
    const said = await copy.timonier("up");
    expect(said.all).toContain("an earlier run was interrupted");
    expect(said.exitCode, said.all).toBe(0);
    expect(await repositories(copy)).toEqual({
      "fluxcd-gitops-setup": whole,
      "fluxcd-gitops-application": whole,
    });
    expect(readFileSync(checkpoint(), "utf8")).not.toContain('"pending_operations"');
    expect((await status()).problems).toEqual([]);
    expectNoRunFolder();
  });
});

describe("a GitLab that refuses", () => {
  test("for a while is asked again", async () => {
    await plant(copy, { method: "GET", path: "/api/v4/", times: 2, status: 500, body: { message: "500" } });
    await plant(copy, { method: "GET", path: "/api/v4/", times: 1, status: 429, headers: { "retry-after": "1" } });
    expect(await copy.timonier("publish")).toMatchObject({ exitCode: 0 });
  });

  test.each([
    [403, /the token's user may not do this \(403\)/],
    [409, /an object with this name already exists \(409\)/],
  ])("with %i ends in one error", async (code, words) => {
    await plant(copy, { method: "GET", path: "/api/v4/", times: 99, status: code, body: { message: "no" } });
    const said = await copy.timonier("publish");
    await clearFaults(copy);
    expect(said.exitCode).toBe(3);
    expectOneError(said, words);
  });

  test("for ever is one line of `status`, soon, beside all that is known without it", async () => {
    await plant(copy, { method: "GET", path: "/api/v4/", times: 999, status: 500, body: { message: "500 oops" } });
    const report = await status();
    await clearFaults(copy);
    expect(report.problems).toContainEqual("GitLab: GitLab failed (500): 500 oops");
    expect(report.workloads.map((one) => one.revision)).toEqual(["3/3"]);
  });

  test("to answer after it has done the work says so, and the same command goes on from there: done once", async () => {
    const settings = join(copy.folder, "apps/settings.yaml");
    writeFileSync(settings, readFileSync(settings, "utf8").replace("replicas: 3", "replicas: 2"));
    await plant(copy, { method: "POST", path: "/(repository/commits|merge_requests)$", times: 2, cut: true });
    for (const lost of ["the commit", "the merge request"]) {
      const said = await copy.timonier("publish");
      expect([lost, said.exitCode]).toEqual([lost, 3]);
      expectOneError(said, /the connection to \S+ broke|did not answer/);
    }
    await clearFaults(copy);
    expect((await copy.timonier("publish")).exitCode).toBe(0);
    expect(await look<unknown[]>(copy, "/merge_requests?scope=all")).toHaveLength(1);
    writeFileSync(settings, readFileSync(settings, "utf8").replace("replicas: 2", "replicas: 3"));
    expect((await copy.timonier("publish")).stdout).toMatch(/nothing differs any more, closed/);
  });

  test("a revoked token says so, and the next `up` makes a new one; a second one at once is refused", async () => {
    await revoke(copy);
    const refused = await copy.timonier("publish");
    expect(refused.exitCode).toBe(3);
    expectOneError(refused, /does not accept the token \(401\)[\s\S]*fix: {3}npm run up/);
    const first = startUp(copy);
    await waitUntil(() => existsSync(join(copy.state, "stacks/embedded.lock")));
    const second = await copy.timonier("up");
    expect(second.exitCode).toBe(3);
    expectOneError(second, /another command is working on stack embedded/);
    expect((await first).exitCode).toBe(0);
    expect((await status()).problems).toEqual([]);
  });
});

describe("a wrong word", () => {
  test("in a stack's settings is told with all others before anything starts", async () => {
    const before = readFileSync(stackSettings(), "utf8");
    writeFileSync(stackSettings(), `${before}  timonier:visibilty: private\n  timonier:tokenDays: soon\n`);
    const said = await copy.timonier("up");
    writeFileSync(stackSettings(), before);
    expect(said.exitCode).toBe(3);
    expectOneError(said, /2 settings are wrong:/);
    expect(said.stderr).toContain('visibilty: unknown; did you mean "visibility"?');
    expect(said.stderr).toContain('tokenDays: expected a whole number from 3 to 365, got "soon"');
  });

  test("in apps/settings.yaml likewise", async () => {
    const settings = join(copy.folder, "apps/settings.yaml");
    const before = readFileSync(settings, "utf8");
    writeFileSync(settings, before.replace("replicas: 3", "replcas: 3"));
    for (const verb of ["up", "publish", "synth"]) {
      const said = await copy.timonier(verb);
      expect(said.exitCode).toBe(3);
      expectOneError(said, /replcas: unknown; did you mean "replicas"\?/);
    }
    writeFileSync(settings, before);
  });

  test.each([[["down", "-s", "../.."]], [["down", "-s", ".."]], [["up", "--bogus"]], [["bogus"]]])(
    "on the command line is refused and deletes nothing: %s",
    async (args) => {
      const said = await copy.timonier(...args);
      expect(said.exitCode).toBe(2);
      expectNoTrace(said);
      expect(existsSync(checkpoint())).toBe(true);
    },
  );
});

describe("what is kept on disk", () => {
  test("cut short: one error that names Pulumi's own copy, which repairs it", async () => {
    truncateSync(checkpoint(), 20_000);
    for (const verb of ["up", "status"]) {
      const said = await copy.timonier(verb);
      expect(said.exitCode).toBe(3);
      expectOneError(said, /Pulumi's state of stack embedded is incomplete or corrupt/);
    }
    const [, fix] = (await copy.timonier("status")).stderr.match(/(cp '\S+' '\S+');/) ?? [];
    execFileSync("bash", ["-c", fix ?? "false"]);
    expect((await status()).problems).toEqual([]);
  });

  test("deleted behind our back, GitLab is recreated at its address, beside a taken port's error", async () => {
    // GIVEN another process on the API server's port
    const apiServer = daemon(/\/kube-apiserver/);
    const port = Number(/--secure-port=(\d+)/.exec(readFileSync(`/proc/${apiServer}/cmdline`, "utf8"))?.[1]);
    process.kill(apiServer, "SIGKILL");
    await waitUntil(() => isFree(port));
    const thief = await occupy(port);
    // THEN it is told whose port it is
    const taken = await copy.timonier("up");
    thief.close();
    expect(taken.exitCode).toBe(1);
    expect(taken.all).toMatch(/the port of the embedded cluster's kube-apiserver is taken by another process/);
    expect(taken.all).toMatch(new RegExp(`where: 127.0.0.1:${port}`));
    expectNoTrace(taken);
    expect((await status()).problems).not.toEqual([]);

    // AND GIVEN that GitLab's folder is lost
    rmSync(copy.gitlabFolder, { recursive: true });
    mkdirSync(copy.gitlabFolder);
    writeFileSync(join(copy.gitlabFolder, "settings.json"), '{"test":true,"journal":true}');
    const said = await copy.timonier("up");
    expect(said.exitCode).toBe(0);
    expect(await repositories(copy)).toEqual({ "fluxcd-gitops-setup": whole, "fluxcd-gitops-application": whole });
    expect((await status()).problems).toEqual([]);
  });
});

describe("a cluster that stops answering", () => {
  test("is said by `status` in seconds, beside what GitLab has", async () => {
    const apiServer = daemon(/\/kube-apiserver/);
    process.kill(apiServer, "SIGSTOP");
    const report = await status();
    process.kill(apiServer, "SIGCONT");
    expect(report.problems).toContainEqual(expect.stringMatching(/^cluster: the cluster does not answer: /));
    expect(report.repositories).toHaveLength(2);
  });
});

describe("a delivery that fails", () => {
  const suspend = (value: boolean) =>
    copy.shell(
      `kubectl -n flux-system patch kustomization flux-system --type merge -p '{"spec":{"suspend":${value}}}'`,
    );
  const tokens = async () =>
    (await look<Array<{ id: number }>>(copy, "/projects/platform%2Ffluxcd-gitops-setup/deploy_tokens")).map(
      ({ id }) => id,
    );

  test("says what is not Ready, and `status` goes on knowing everything", async () => {
    await suspend(true);
    const said = await copy.timonier("up");
    expect(said.exitCode).toBe(1);
    expect(said.all).toMatch(
      /error: the delivery failed: is suspended\n +where: Kustomization flux-system\/flux-system\n +fix: /,
    );
    expectNoTrace(said);
    expectNoRunFolder();
    const { problems, repositories: known, workloads } = await status();
    expect(problems).toEqual(["Kustomization flux-system/flux-system: is suspended"]);
    expect([known.length, workloads.length]).toEqual([2, 1]);
  });

  test("keeps the old tokens beside the new ones, until a later run has seen them used", async () => {
    const before = await tokens();
    expect((await copy.timonier("rotate")).exitCode).toBe(1);
    expect(await tokens()).toHaveLength(2);
    await suspend(false);
    expect((await copy.timonier("up")).exitCode).toBe(0);
    const after = await tokens();
    expect(after).toHaveLength(1);
    expect(before).not.toContain(after[0]);
  });
});

describe("down", () => {
  const expectNothing = () => {
    expect(copy.processes()).toEqual([]);
    expect(existsSync(join(copy.state, "stacks/embedded"))).toBe(false);
  };

  test("after a kill -9 while the delivery of a whole stack is awaited leaves nothing; a second one finds nothing", async () => {
    // Flux would take it back before `up` looks.
    const deployment = "deployment/nginx-deployment";
    await copy.shell(
      `kubectl annotate ${deployment} kustomize.toolkit.fluxcd.io/reconcile=disabled && kubectl set image ${deployment} '*=nginx:does-not-exist'`,
    );
    await killWhen(copy, /waiting for the delivery/, "up");
    for (const run of ["first", "second"]) {
      const said = await copy.timonier("down");
      expect(said.exitCode, `${run}: ${said.all}`).toBe(0);
      expectNothing();
    }
  });

  test("after that `publish` and `merge` say that the stack is not up; `synth` does not need it", async () => {
    for (const verb of ["publish", "merge"]) {
      const said = await copy.timonier(verb);
      expect(said.exitCode).toBe(3);
      expectOneError(said, /the stack is not up/);
    }
    expect((await copy.timonier("synth")).exitCode).toBe(0);
  });

  test.each([
    ["the cluster starts", /embedded:Cluster cluster creating/],
    ["repositories are made", /gitlab:index:Project \S+ created/],
    ["Flux is made", /kubernetes:\S+ \S+ creating/],
  ] as const)("after a kill -9 while %s leaves nothing", async (_moment, sign) => {
    await killWhen(copy, sign, "up");
    const said = await copy.timonier("down");
    expect(said.exitCode, said.all).toBe(0);
    expectNothing();
  });

  test("after an `up` that Ctrl-C ended in good order", async () => {
    const run = startUp(copy);
    await new Promise<void>((begun) => {
      run.all.on("data", (said) => /embedded:GitLab gitlab creating/.test(String(said)) && begun());
    });
    run.kill("SIGINT");
    const { exitCode, all } = await run;
    expect(exitCode).toBe(1);
    expectNoTrace({ all: all ?? "" });
    const locks = join(copy.state, "pulumi/.pulumi/locks");
    expect(
      existsSync(locks) ? readdirSync(locks, { recursive: true }).filter((name) => /json$/.test(`${name}`)) : [],
    ).toEqual([]);
    expect((await copy.timonier("down")).exitCode).toBe(0);
    expectNothing();
  });
});

describe("a full disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "timonier-full-"));
  const mounted = mount();
  afterAll(() => {
    if (mounted) execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  function mount(): boolean {
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=30m", "tmpfs", folder], { stdio: "ignore" });
      return true;
    } catch {
      console.log("skipped: a full disk needs the right to mount a small one");
      return false;
    }
  }

  test.skipIf(!mounted)("is named, whatever ran into it, and what was begun can be taken down", async () => {
    const on = (verb: string) => copy.run(process.execPath, ["cli/timonier.mjs", verb], { TIMONIER_STATE: folder });
    const said = await on("up");
    expect(said.exitCode).toBe(1);
    expect(said.all).toMatch(/error: etcd of the embedded cluster ended: the disk is full\n +where: \S+\n +fix: /);
    expectNoTrace(said);
    expect((await on("down")).exitCode).toBe(0);
  });
});
