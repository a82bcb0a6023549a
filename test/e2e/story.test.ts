import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatusReport } from "../../cli/status/status-report.js";
import { connectGitLab } from "../../packages/kit/gitlab-client.js";
import { reserveGitLab } from "../../simulators/gitlab/lifecycle.js";
import { clusterContract } from "../contract/cluster-contract.js";
import { previewSteps, runOf } from "../contract/engine.js";
import { requests, writeRequests } from "./support/journal.js";
import { documentedCommands } from "./support/readme.js";
import { WorkingCopy } from "./support/working-copy.js";

// The story of README.md and docs/tour.md on a machine of its own: from nothing to three pods
// through Git, three to two by a merge request, and back to nothing. Each test goes on where the
// one before it stopped.

let copy: WorkingCopy;
let planned: readonly string[] = [];

beforeAll(() => {
  copy = new WorkingCopy();
  // Its journal proves what was written, and what was not.
  mkdirSync(copy.gitlabFolder, { recursive: true });
  writeFileSync(join(copy.gitlabFolder, "settings.json"), JSON.stringify({ journal: true }));
});
afterAll(async () => {
  await copy.remove();
});

const status = async (): Promise<StatusReport> => JSON.parse((await copy.timonier("status", "--json")).stdout);
const replicas = async () =>
  (await copy.shell("kubectl get deploy nginx-deployment -o jsonpath='{.status.readyReplicas}/{.spec.replicas}'"))
    .stdout;

async function eventually<T>(look: () => Promise<T>, is: (seen: T) => boolean, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(500)) {
    const seen = await look();
    if (is(seen) || Date.now() > end) return seen;
  }
}

describe("from nothing", () => {
  const [lookAtStack, setUpShell, lookAtPods, lookAtFlux] = documentedCommands("docs/tour.md", "Look around");

  test("the README's command ends when everything is Ready", async () => {
    const [, up, tests] = documentedCommands("README.md", "Two commands");
    expect([up, tests]).toEqual(["npm run up", "npm test"]);
    const said = await copy.run("bash", ["-c", String(up)]);
    expect(said.all).toContain("everything is Ready");
    expect(said.exitCode).toBe(0);
    expect(copy.leftCredentials()).toEqual([]);
    expect(readdirSync(join(copy.state, "stacks", "embedded"))).not.toContain("tmp");
  });

  test("`timonier status` says so, for people and for programs", async () => {
    const report = await status();
    expect(report.problems).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.repositories.map((one) => one.protected)).toEqual([true, true]);
    expect(report.tokens.filter((one) => one.owner.startsWith("deploy token")).map((one) => one.scopes)).toEqual([
      ["read_repository"],
      ["read_repository"],
    ]);
    expect([lookAtStack, setUpShell]).toEqual(["npx timonier status", 'eval "$(npx timonier env)"']);
    const people = await copy.run("bash", ["-c", String(lookAtStack)]);
    expect(people.exitCode).toBe(0);
    expect(people.stdout).toMatch(/Deployment default\/nginx-deployment +True +3\/3/);
  });

  test("kubectl and flux see what the source document shows", async () => {
    expect(await replicas()).toBe("3/3");
    const flux = await copy.shell(String(lookAtFlux));
    expect(flux.exitCode).toBe(0);
    expect(flux.stdout).toMatch(
      /default\s+gitrepository\/myappsource\s+main@sha1:[0-9a-f]+\s+False\s+True\s+stored artifact/,
    );
    expect(flux.stdout).toMatch(
      /default\s+kustomization\/myapp\s+main@sha1:[0-9a-f]+\s+False\s+True\s+Applied revision/,
    );
    const pods = await copy.shell(String(lookAtPods));
    expect(pods.stdout.split("\n").filter((line) => /^nginx-deployment-\S+\s+1\/1\s+Running/.test(line))).toHaveLength(
      3,
    );
  });

  test("nobody applied nginx by hand: kustomize-controller owns its fields", async () => {
    const managers = await copy.shell(
      "kubectl get deploy nginx-deployment --show-managed-fields -o jsonpath='{.metadata.managedFields[*].manager}'",
    );
    expect(managers.stdout.split(" ").sort()).toEqual(["kube-controller-manager", "kustomize-controller"]);
  });
});

describe("a second `npm run up`", () => {
  test("changes nothing: no resource, no commit, no write request to GitLab", async () => {
    const before = await status();
    const writes = writeRequests(copy).length;
    const said = await copy.run("npm", ["run", "up"]);
    expect(said.exitCode).toBe(0);
    expect(said.all).toMatch(/Resources:\s+\d+ unchanged/);
    expect(said.all).not.toMatch(/packages: npm ci|building|downloading/);
    expect(writeRequests(copy).slice(writes)).toEqual([]);
    expect((await status()).repositories).toEqual(before.repositories);
  });

  test("Pulumi keeps its automatic log only where it is asked for", async () => {
    const home = join(copy.state, "pulumi-home");
    expect(statSync(join(home, "logs")).isFile()).toBe(true);
    const said = await copy.timonier("preview", "--debug");
    expect(said.exitCode, said.all).toBe(0);
    const [log = ""] = /\S+debug-logs\S+\.log/.exec(said.all) ?? [];
    expect(readFileSync(log).subarray(0, 4).toString()).toBe("PLOG");
    // Counted and not printed: what Pulumi logs may hold secrets.
    const read = await copy.shell(`pulumi logs decrypt ${log} | grep -c RegisterResource`);
    expect(Number(read.stdout)).toBeGreaterThan(70);
    expect(statSync(join(home, "logs")).isFile()).toBe(true);
  });
});

describe("three to two", () => {
  test("a direct push to main is refused with GitLab's words", async () => {
    const pushed = await copy.shell(`
      set -e
      export GIT_SSL_CAINFO="$GITLAB_CA_FILE"
      git clone -q \
        "https://root:$(cat "$GITLAB_TOKEN_FILE")@\${GITLAB_URL#https://}/platform/fluxcd-gitops-application.git" pushed
      cd pushed
      sed -i 's/replicas: 3/replicas: 2/' infra/deployment.yaml
      git -c user.name=t -c user.email=t@example.org commit -qam change
      git push origin main`);
    expect(pushed.exitCode).not.toBe(0);
    expect(pushed.stderr).toContain("GitLab: You are not allowed to push code to protected branches on this project.");
    expect(pushed.stderr).toContain("pre-receive hook declined");
  });

  const [change, rehearse, publish, merge, look] = documentedCommands("README.md", "Change something");

  test("what the merge will do is known before anything is written", async () => {
    const own = { TIMONIER_REHEARSAL: join(copy.state, "rehearsal") };
    const [before, writes] = [await status(), writeRequests(copy).length];
    const said = await copy.shell(`${change} && ${rehearse} --format markdown`, own);
    await copy.run(process.execPath, ["cli/timonier.mjs", "rehearse", "--stop"], own);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.stdout).toContain("### ✅ Safe: everything is applied and nothing is lost");
    expect(said.stdout).toMatch(
      /- updated `Deployment default\/nginx-deployment` by `Kustomization default\/myapp` from `apps\/settings.yaml:\d+`/,
    );
    expect(said.stdout).toContain("-  replicas: 3\n+  replicas: 2\n");
    expect(writeRequests(copy).slice(writes)).toEqual([]);
    expect((await status()).repositories).toEqual(before.repositories);
  });

  test("a changed setting is published as one merge request, and published again is nothing", async () => {
    expect([change, rehearse, publish, merge]).toEqual([
      "sed -i 's/replicas: 3/replicas: 2/' apps/settings.yaml",
      "npx timonier rehearse --stack embedded",
      "npx timonier publish",
      "npx timonier merge",
    ]);
    const first = await copy.shell(String(publish));
    expect(first.stdout).toMatch(/fluxcd-gitops-setup: nothing differs/);
    expect(first.stdout).toMatch(
      /fluxcd-gitops-application: opened https:\/\/\S+\/merge_requests\/1[\s\S]* {2}infra\/deployment.yaml/,
    );
    const writes = writeRequests(copy).length;
    expect((await copy.shell(String(publish))).exitCode).toBe(0);
    expect(writeRequests(copy).slice(writes)).toEqual([]);
    expect(await replicas()).toBe("3/3");
  });

  test("merged by a maintainer, it arrives in the cluster", async () => {
    expect((await copy.shell(String(merge))).stdout).toMatch(/fluxcd-gitops-application: merged !1/);
    expect(await eventually(replicas, (seen) => seen === "2/2", 90)).toBe("2/2");
    expect((await copy.shell(String(look))).stdout).toMatch(/nginx-deployment +2\/2/);
  });

  test("GitLab told Flux: its webhooks are accepted by the receivers, with their secret", async () => {
    const { url, caFile, tokenFile } = await reserveGitLab(copy.gitlabFolder);
    const gitlab = connectGitLab({ url, caFile, token: readFileSync(tokenFile, "utf8").trim() });
    for (const repository of ["setup", "application"]) {
      const project = encodeURIComponent(`platform/fluxcd-gitops-${repository}`);
      const { body: hooks } = await gitlab.requester.get<Record<string, unknown>>(`projects/${project}/hooks`);
      expect(hooks).toMatchObject([
        { push_events: true, push_events_branch_filter: "main", alert_status: "executable" },
      ]);
      const [{ id }] = hooks as unknown as [{ id: number }];
      // GitLab answers 422 unless the receiver answers with a success: the receiver compares the secret.
      const { status: told } = await gitlab.requester.post(`projects/${project}/hooks/${id}/test/push_events`);
      expect(told).toBe(201);
    }
  });

  test("`npm run up` does not take it back", async () => {
    const said = await copy.run("npm", ["run", "up"]);
    expect(said.all).toMatch(/Resources:\s+\d+ unchanged/);
    expect(await replicas()).toBe("2/2");
    expect((await copy.timonier("publish")).stdout).toMatch(/fluxcd-gitops-application: nothing differs/);
  });
});

describe("a second application", () => {
  const [create = ""] = documentedCommands("docs/apps.md", "A second application");
  const listed = () => ["apps/applications.ts", "apps/settings.yaml"].map((path) => join(copy.folder, path));
  const ready = async () => {
    const command = "kubectl get kustomization shop -o jsonpath='{.status.conditions[?(@.type==\"Ready\")].status}'";
    return (await copy.shell(`${command} 2>&1; kubectl get deploy -o name`)).stdout;
  };
  let before: string[];

  test("is one command, a merge request in each repository, and a Kustomization that waits for its pods", async () => {
    before = listed().map((file) => readFileSync(file, "utf8"));
    expect((await copy.shell(create)).exitCode).toBe(0);
    const published = await copy.timonier("publish");
    expect(published.stdout).toMatch(/fluxcd-gitops-setup: opened[\s\S]* {2}clusters\/embedded\/shop.yaml/);
    expect(published.stdout).toMatch(/fluxcd-gitops-application: opened[\s\S]* {2}applications\/shop\/service.yaml/);
    expect((await copy.timonier("merge")).stdout).toMatch(/application: merged/);
    expect(await eventually(ready, (seen) => seen.startsWith("True"), 90)).toContain("deployment.apps/shop");
    expect(await replicas()).toBe("2/2");
  });

  test("is deleted in Git and in the cluster when it is no longer listed", async () => {
    for (const [index, file] of listed().entries()) writeFileSync(file, before[index] ?? "");
    rmSync(join(copy.folder, "apps/shop.ts"));
    const published = await copy.timonier("publish");
    expect(published.stdout).toMatch(/ {2}applications\/.timonier-tree.json/);
    expect(published.stdout).toMatch(/ {2}applications\/shop\/service.yaml/);
    expect((await copy.timonier("merge")).stdout).toMatch(/setup: merged/);
    const left = await eventually(ready, (seen) => !seen.includes("deployment.apps/shop"), 90);
    expect(left).toContain("deployment.apps/nginx-deployment");
    expect(await replicas()).toBe("2/2");
  });
});

describe("a read token whose window has changed", () => {
  test("is replaced: Flux has fetched with the new one before the old one goes", async () => {
    const [before] = await deployTokens();
    const said = await copy.shell("pulumi config set tokenDays 60 -s embedded && npm run up");
    expect(said.all).toContain("everything is Ready");
    expect(said.all).toMatch(/ProjectDeployToken setup-read-token/);
    const [after] = await deployTokens();
    expect(after).not.toBe(before);
    const { tokens } = await status();
    expect(tokens.filter((one) => one.owner.startsWith("deploy token")).map((one) => one.daysLeft)).toEqual([59, 59]);
    // In GitLab's own order: both new tokens, fetches by Flux, then the end of both old ones.
    const journal = requests(copy).map(({ method, path, status: code }) => `${code} ${method} ${path}`);
    const made = journal.findLastIndex((line) => /^201 POST .*deploy_tokens$/.test(line));
    const gone = journal.findIndex((line, index) => index > made && /^204 DELETE .*deploy_tokens/.test(line));
    const fetched = journal.findLastIndex((line, index) => index < gone && /^200 GET .*\/info\/refs$/.test(line));
    expect(made).toBeGreaterThan(0);
    expect(fetched).toBeGreaterThan(made);
    expect(gone).toBeGreaterThan(fetched);
  });
});

describe("when parts of it die", () => {
  test("`status` names what is missing, and `up` starts just that", async () => {
    const victims = copy.processes().filter((pid) => {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return /etcd|simulators\/gitlab\/main|kube-scheduler/.test(command);
    });
    expect(victims.length).toBeGreaterThanOrEqual(3);
    for (const pid of victims) process.kill(pid, "SIGKILL");
    const said = await copy.timonier("status");
    expect(said.exitCode).toBe(1);
    expect(said.stdout).toMatch(/! cluster: .*etcd/);
    expect(said.stdout).toMatch(/! GitLab: /);

    const repaired = await copy.run("npm", ["run", "up"]);
    expect(repaired.all).toContain("everything is Ready");
    expect((await status()).problems).toEqual([]);
    expect(await replicas()).toBe("2/2");
  });
});

describe("secrets", () => {
  test("are in no output, not in Git, not in Pulumi's state in clear, and in no command line", async () => {
    const secrets = [
      ...["root-token", "maintainer-token"].map((file) => readFileSync(join(copy.gitlabFolder, file), "utf8").trim()),
      readFileSync(join(copy.state, "passphrase"), "utf8").trim(),
      ...(await deployTokens()),
    ];
    expect(secrets).toHaveLength(5);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(15);
      expect(copy.transcript).not.toContain(secret);
      const holders = [...copy.stateFiles()].filter(([, text]) => text.includes(secret)).map(([path]) => path);
      const allowed = /\/(root-token|maintainer-token|passphrase)$|\/etcd\//;
      expect(holders.filter((path) => !allowed.test(path))).toEqual([]);
      const lines = copy.processes().map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
      expect(lines.filter((line) => line.includes(secret))).toEqual([]);
    }
  });
});

describe("the policies", () => {
  const preview = () => copy.shell("pulumi preview -s embedded --non-interactive --policy-pack infra/policies");

  test("are kept by the whole stack", async () => {
    const said = await preview();
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/timonier@v0\.1\.0/);
  });

  test("stop a change that breaks one, by name", async () => {
    const file = join(copy.folder, "infra", "gitlab", "repository", "tokens.ts");
    const code = readFileSync(file, "utf8");
    const faulty = code.replace("{ username: token.username }), expiresAt }", "{ username: token.username }) }");
    expect(faulty).not.toBe(code);
    writeFileSync(file, faulty);
    const said = await preview();
    writeFileSync(file, code);
    expect(said.exitCode).not.toBe(0);
    expect(said.all).toMatch(/\[mandatory\] +tokens-expire +\(gitlab:index:ProjectDeployToken: setup-read-token\)/);
    expect(said.all).toContain("setup-read-token has no expiry");
  });
});

describe("back to nothing", () => {
  test("`timonier down` leaves no process, no port and no state, and says what it kept", async () => {
    const [down] = documentedCommands("docs/tour.md", "Back to nothing");
    const said = await copy.run("bash", ["-c", String(down)]);
    expect(said.exitCode).toBe(0);
    expect(said.all).toMatch(/kept .*passphrase/);
    expect(said.all).toMatch(/kept .*backups\/timonier\/embedded: Pulumi's copies of earlier states/);
    expect(said.all).not.toContain("not deleted");
    expect(copy.processes()).toEqual([]);
    // What a person wrote stays: here the days that tokens live.
    expect(said.all).toMatch(/kept .*Pulumi\.embedded\.yaml: the stack's settings/);
    expect(readdirSync(join(copy.state, "stacks", "embedded"))).toEqual(["Pulumi.embedded.yaml"]);
    expect((await copy.timonier("status")).exitCode).toBe(1);
  });

  test("plain `pulumi up` brings it back, now with two pods from the first commit on", async () => {
    const steps = await previewSteps(copy, "embedded");
    planned = steps.filter(({ op }) => op === "create").map(({ what }) => what);
    const said = await copy.shell("pulumi up -s embedded --yes --skip-preview");
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/Resources:\s+\+ \d+ created/);
    expect(copy.leftCredentials()).toEqual([]);
    // The shell's own runs of Pulumi left kubeconfigs here; the next command deletes them.
    const left = () => readdirSync(join(copy.state, "stacks", "embedded")).includes("tmp");
    expect(left()).toBe(true);
    expect((await copy.timonier("env")).exitCode).toBe(0);
    expect(left()).toBe(false);
    expect(await replicas()).toBe("2/2");
  });
});

// What that `pulumi up` has made, and what the preview before it showed.
clusterContract("embedded", { run: async () => runOf(copy, "embedded"), preview: async () => planned });

/** The read tokens, as the cluster has them. */
async function deployTokens(): Promise<string[]> {
  // Read without the transcript: a test that looks for secrets in it must not put them there.
  const { execa } = await import("execa");
  const kubeconfig = join(copy.clusterFolder, "kubeconfig");
  const read = async (namespace: string, name: string) => {
    const { stdout } = await execa(join(copy.state, "bin", "kubectl"), [
      ...["--kubeconfig", kubeconfig, "-n", namespace, "get", "secret", name, "-o", "jsonpath={.data.password}"],
    ]);
    return Buffer.from(stdout, "base64").toString();
  };
  return Promise.all([read("flux-system", "flux-system"), read("default", "myappsource")]);
}
