import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectGitLab, type GitLab } from "../../packages/kit/gitlab-client.js";
import { reserveGitLab } from "../../simulators/gitlab/lifecycle.js";
import { killWhen } from "./support/faults.js";
import { documentedCommands } from "./support/readme.js";
import { WorkingCopy } from "./support/working-copy.js";

// Two embedded clusters as staging and production, on one pair of repositories in the GitLab of
// staging: a change goes from the program to staging, waits, and goes on to production. Each test
// goes on where the one before it stopped.

let copy: WorkingCopy;
let gitlab: GitLab;
// Longer than the tests take until they look at the closed gate.
const soak = 60;

const environments = `environments:
  - name: staging
    settings: { nginx: { replicas: 1 } }
  - name: production
    soak: ${soak}s
    settings: { nginx: { replicas: 2 } }
    exclude: [playground]
`;
// Folder, settings of both stacks, `up` of staging and of production, `merge`, `up`.
const setUp = documentedCommands("docs/environments.md", "Two environments on one machine");
const [publish, , promote] = documentedCommands("docs/environments.md", "From staging to production");
const application = "platform/fluxcd-gitops-application";

beforeAll(async () => {
  copy = new WorkingCopy();
  writeFileSync(join(copy.folder, "apps/environments.yaml"), environments);
  const added = await copy.timonier("new", "app", "playground", "--kind", "folder");
  expect(added.exitCode, added.all).toBe(0);
  // An image whose tag automation owns: here the test is the automation.
  changeSettings("image: nginx:1.14.2", 'image: { repository: nginx, policy: ">=1.14.0 <1.15.0", initial: 1.14.2 }');
  await commitProgram("the program");
  const settings = await copy.run("bash", ["-c", setUp.slice(0, 3).join("\n")]);
  expect(settings.exitCode, settings.all).toBe(0);
});
afterAll(async () => {
  await copy?.remove();
});

async function commitProgram(message: string): Promise<string> {
  const as = "git -c user.name=t -c user.email=t@example.org -c commit.gpgsign=false";
  const said = await copy.run("bash", [
    "-c",
    `git init -q 2>&1; git add -A && ${as} commit -qm '${message}' && git rev-parse HEAD`,
  ]);
  expect(said.exitCode, said.all).toBe(0);
  return said.stdout.trim();
}

/** Replicas that are ready, and the image, of nginx in an environment. */
async function deployed(environment: string): Promise<string> {
  const path = "{.status.readyReplicas}/{.spec.replicas} {.spec.template.spec.containers[0].image}";
  const kubeconfig = join(copy.state, "stacks", environment, "cluster", "kubeconfig");
  const kubectl = `kubectl --kubeconfig '${kubeconfig}' get deploy nginx-deployment -o jsonpath='${path}'`;
  return (await copy.run("bash", ["-c", `eval "$(node cli/timonier.mjs env -s ${environment})"; ${kubectl}`])).stdout;
}

async function eventually<T>(look: () => Promise<T>, is: (seen: T) => boolean, seconds: number): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ; await sleep(500)) {
    const seen = await look();
    if (is(seen) || Date.now() > end) return seen;
  }
}

function changeSettings(from: string, to: string): void {
  const file = join(copy.folder, "apps/settings.yaml");
  const before = readFileSync(file, "utf8");
  expect(before).toContain(from);
  writeFileSync(file, before.replace(from, to));
}

const merge = async (name: string) => {
  const said = await copy.timonier("merge", "-s", name);
  expect(said.exitCode, said.all).toBe(0);
  return said.stdout;
};

/** What image-automation-controller does when a tag appears: a commit to a branch of its own, and a merge request. */
async function proposeTag(from: string, to: string): Promise<void> {
  const filePath = "environments/staging/infra/deployment.yaml";
  const { content } = await gitlab.RepositoryFiles.show(application, filePath, "main");
  const text = Buffer.from(content, "base64").toString();
  expect(text).toContain(`image: nginx:${from} # {"$imagepolicy": "default:nginx"}`);
  const update = { action: "update" as const, filePath, content: text.replace(`nginx:${from} #`, `nginx:${to} #`) };
  await gitlab.Commits.create(application, "timonier/images", "Update images", [update], { startBranch: "main" });
  await gitlab.MergeRequests.create(application, "timonier/images", "main", "Update images");
}

/** The open merge request of a branch. */
async function openRequest(branch: string) {
  const [open] = await gitlab.MergeRequests.all({ projectId: application, sourceBranch: branch, state: "opened" });
  return open;
}

describe("two clusters of two environments", () => {
  test("staging has its own folder and its own settings", async () => {
    const said = await copy.run("bash", ["-c", String(setUp[3])]);
    expect(said.exitCode, said.all).toBe(0);
    expect(await deployed("staging")).toBe("1/1 nginx:1.14.2");
    const { url, caFile, tokenFile } = await reserveGitLab(join(copy.state, "stacks", "staging", "gitlab"));
    gitlab = connectGitLab({ url, caFile, token: readFileSync(tokenFile, "utf8").trim() });
  });

  test("production is proposed beside it, in the same repositories", async () => {
    const said = await copy.run("bash", ["-c", String(setUp[4])]);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.all).toMatch(/wait to be merged: \S+fluxcd-gitops-application/);
    const again = await copy.run("bash", ["-c", setUp.slice(5).join(" && ")]);
    expect(again.all).toContain("everything is Ready");
    expect(await deployed("production")).toBe("2/2 nginx:1.14.2");
    const paths = (await gitlab.Repositories.allRepositoryTrees(application, { recursive: true })).map(
      ({ path }) => path,
    );
    expect(paths.filter((path) => path.endsWith(".yaml"))).toEqual([
      "environments/production/infra/deployment.yaml",
      "environments/staging/applications/playground/manifests.yaml",
      "environments/staging/infra/deployment.yaml",
    ]);
  });

  test("there is nothing to promote yet", async () => {
    const said = await copy.timonier("promote", "--to", "production");
    expect(said.exitCode, said.all).toBe(0);
    expect(said.stdout).toContain("production has everything that runs in staging");
  });
});

describe("a change", () => {
  let published: string;
  let promoted: number;

  test("goes to staging, and to staging only", async () => {
    changeSettings("minReady: 5s", "minReady: 1s");
    published = await commitProgram("shorter");
    const said = await copy.run("bash", ["-c", String(publish)]);
    expect(said.stdout, said.all).toMatch(
      /application: opened[\s\S]* {2}environments\/staging\/infra\/deployment.yaml/,
    );
    expect(said.stdout).not.toContain("environments/production");
    const refused = await copy.timonier("publish", "-s", "production");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(
      /environment production gets its changes from staging[\s\S]*promote --to production/,
    );
    const skipped = await copy.timonier("publish", "--skip-later", "-s", "production");
    expect(skipped.exitCode, skipped.all).toBe(0);
    expect(skipped.stdout).toContain("stack production: skipped, environment production gets its changes from staging");
    await merge("staging");
  });

  test("is joined by a tag of image automation, which the next publish keeps", async () => {
    await proposeTag("1.14.2", "1.14.3");
    await merge("staging");
    const isNew = (seen: string) => seen === "1/1 nginx:1.14.3";
    expect(await eventually(() => deployed("staging"), isNew, 60)).toBe("1/1 nginx:1.14.3");
    expect((await copy.run("bash", ["-c", String(publish)])).stdout).toMatch(/application: nothing differs/);
  });

  test("is proposed to production as it runs in staging, and must wait for the soak time", async () => {
    // Later commits of the program, and what is not committed, are no part of it.
    changeSettings("minReady: 1s", "minReady: 2s");
    await commitProgram("longer");
    appendFileSync(join(copy.folder, "apps/settings.yaml"), "broken: [");
    // Until the pods of the new version are there.
    const whenReady = () => copy.timonier("promote", "--to", "production", "--when-ready");
    const waiting = await eventually(whenReady, ({ stdout }) => stdout.includes("has been Ready"), 30);
    expect(waiting.exitCode, waiting.all).toBe(0);
    expect(waiting.stdout).toMatch(
      /nothing is proposed yet:\n +nginx has been Ready in staging for \d+ seconds? of 1 minute/,
    );
    const said = await copy.timonier("promote", "nginx", "--to", "production");
    expect(said.exitCode, said.all).toBe(2);
    expect(said.stdout).toMatch(/application: opened \S+merge_requests\/\d+\n {2}environments\/production/);
    expect(said.stdout).toContain("gate: shut");
    const refused = await copy.timonier("merge", "-s", "production");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/gate of a promotion is shut[\s\S]*nginx has been Ready in staging/);
    expect(await deployed("production")).toBe("2/2 nginx:1.14.2");
  });

  test("has a note with the time in staging, the differences and the verdict, once the gate is open", async () => {
    // A run that is killed while it rehearses leaves nothing that stops the next one.
    await killWhen(copy, /rehearsing the promotion/, "promote", "--to", "production");
    const { stdout } = await copy.timonier("history", "nginx", "--env", "staging", "--json");
    const [{ since }] = JSON.parse(stdout) as [{ since: string }];
    // Flux applied it after the merge, and the rollout took some seconds.
    await sleep(Math.max(0, Date.parse(since) + (soak + 20) * 1000 - Date.now()));
    // Two runs at once end in one merge request with one note.
    const both = await Promise.all([1, 2].map(() => copy.run("bash", ["-c", String(promote)])));
    for (const said of both) {
      expect(said.exitCode, said.all).toBe(0);
      expect(said.stdout).toContain("gate: open");
    }
    const request = await openRequest("timonier/promote-production");
    promoted = request?.iid ?? 0;
    expect(request?.title).toBe("Promote to production: nginx");
    expect(request?.description).toContain(`commit ${published.slice(0, 8)} of the program`);
    const notes = await gitlab.MergeRequestNotes.all(application, promoted);
    const [note, ...others] = notes.filter(({ system }) => !system).map(({ body }) => body);
    expect(others).toEqual([]);
    expect(note).toContain("### ✅ Safe: everything is applied and nothing is lost");
    expect(note).toContain("#### Promotion from `staging` to `production`\n\nThe gate is open.");
    expect(note).toMatch(/\| `nginx` \| Ready for \d+ \w+ \| `[0-9a-f]{8}` \| `[0-9a-f]{8}` \|/);
    expect(note).toContain("- 1 object: 1 updated");
    expect(note).toContain("- updated `Deployment default/nginx-deployment` by `Kustomization default/myapp`");
    expect(note).toMatch(/- {2}minReadySeconds: 5\n\+ {2}minReadySeconds: 1\n/);
    expect(note).toMatch(/-.*image: nginx:1\.14\.2\n\+.*image: nginx:1\.14\.3/);
  });

  test("arrives in production with the settings of production", async () => {
    expect(await merge("production")).toMatch(/merged !\d+ Promote to production: nginx/);
    expect(
      await eventually(
        () => deployed("production"),
        (seen) => seen === "2/2 nginx:1.14.3",
        60,
      ),
    ).toBe("2/2 nginx:1.14.3");
    expect(await deployed("staging")).toBe("1/1 nginx:1.14.3");
    const again = await copy.timonier("promote", "--to", "production");
    expect(again.stdout, again.all).toContain("production has everything that runs in staging");
  });
});

describe("who looks", () => {
  const [diff, status, history] = documentedCommands("docs/environments.md", "Compare and look back");
  const shown = async (command: string | undefined) => {
    const said = await copy.run("bash", ["-c", String(command)]);
    expect(said.exitCode, said.all).toBe(0);
    return said.stdout;
  };

  test("sees what differs between the environments, what runs where, and what ran before", async () => {
    await shown("git checkout -q -- apps/settings.yaml");
    const differences = await shown(diff);
    expect(differences).toMatch(/nginx\.replicas +1 +2/);
    expect(differences).toContain("-  replicas: 1\n+  replicas: 2");
    // After the rollout.
    const look = () => copy.run("bash", ["-c", String(status)]);
    const seen = await eventually(look, ({ exitCode }) => exitCode === 0, 30);
    expect(seen.stdout).toMatch(/nginx +Ready +[0-9a-f]{8} +[0-9a-f]{8} +\w+ +Ready +[0-9a-f]{8} +[0-9a-f]{8}/);
    expect(seen.stdout).toMatch(/playground +Ready .* excluded/);
    expect(await shown(history)).toMatch(
      /production +\S+ +now +[0-9a-f]{8}[\s\S]*promoted from staging at [0-9a-f]{8}/,
    );
  });
});

describe("a rollback", () => {
  test("proposes the version before, rehearsed, for one environment", async () => {
    const [rollback] = documentedCommands("docs/environments.md", "Roll back");
    const said = await copy.run("bash", ["-c", String(rollback)]);
    expect(said.exitCode, said.all).toBe(0);
    expect(said.stdout).toMatch(/application: opened [\s\S]* {2}environments\/production\/infra\/deployment.yaml/);
    const request = await openRequest("timonier/rollback-production-nginx");
    expect(request?.title).toMatch(/^Roll back nginx in production to [0-9a-f]{8}$/);
    await merge("production");
    expect(
      await eventually(
        () => deployed("production"),
        (seen) => seen === "2/2 nginx:1.14.2",
        60,
      ),
    ).toBe("2/2 nginx:1.14.2");
    expect(await deployed("staging")).toBe("1/1 nginx:1.14.3");
  });

  test("does not stop a promotion, which GitLab merges by itself where the environment says so", async () => {
    const file = join(copy.folder, "apps/environments.yaml");
    writeFileSync(file, environments.replace("exclude:", "autoMerge: true\n    exclude:"));
    const said = await copy.timonier("promote", "nginx", "--to", "production");
    expect(said.exitCode, said.all).toBe(0);
    expect(said.stdout).toMatch(/application: merged !\d+/);
    const isNew = (seen: string) => seen === "2/2 nginx:1.14.3";
    expect(await eventually(() => deployed("production"), isNew, 60)).toBe("2/2 nginx:1.14.3");
  });

  test("of what never was is refused", async () => {
    const said = await copy.timonier("rollback", "shop", "--env", "production");
    expect(said.exitCode).toBe(1);
    expect(said.stderr).toContain("shop has no earlier version in production");
  });
});
