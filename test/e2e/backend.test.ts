import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StatusReport } from "../../cli/status/status-report.js";
import { type ObjectStore, startObjectStore } from "./support/object-store.js";
import { WorkingCopy } from "./support/working-copy.js";

// A stack whose state is in a bucket, as a pipeline has it: each job is a fresh clone, and nothing
// that Pulumi keeps is in it. The bucket is a stand-in; Pulumi and its client of AWS are real. Each
// test goes on where the one before it stopped.

let copy: WorkingCopy;
let store: ObjectStore;
const passphrase = "correct horse battery staple";

beforeAll(async () => {
  [copy, store] = [new WorkingCopy(), await startObjectStore()];
});
afterAll(async () => {
  await copy?.remove();
  await store?.stop();
});

const backend = () => ({ PULUMI_BACKEND_URL: store.backendUrl, ...store.environment });
const run = (...args: string[]) =>
  copy.run(process.execPath, ["cli/timonier.mjs", ...args], { ...backend(), PULUMI_CONFIG_PASSPHRASE: passphrase });
const objects = () =>
  existsSync(store.folder)
    ? readdirSync(store.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : [];
/** Those of stacks: Pulumi marks a backend that it looks at for the first time, and nothing else. */
const stacks = () => objects().filter(({ parentPath }) => /\.pulumi\/stacks/.test(parentPath));
const ownState = () => join(copy.state, "pulumi", ".pulumi");
const operations = (text: string): string[] => {
  const { changeSummary } = JSON.parse(text) as { changeSummary: Record<string, number> };
  return Object.keys(changeSummary);
};

/** What the next job of a pipeline has of this one: the machine's cluster and GitLab, and nothing that Pulumi left. */
function freshClone(): void {
  for (const place of ["bin", "pulumi-home", "pulumi", "passphrase", "stacks/embedded/Pulumi.embedded.yaml"]) {
    rmSync(join(copy.state, place), { recursive: true, force: true });
  }
}

describe("before there is a stack", () => {
  test("a missing passphrase is asked for: one made here would die with the job", async () => {
    const said = await copy.run(process.execPath, ["cli/timonier.mjs", "up"], backend());
    expect(said.exitCode).toBe(3);
    expect(said.stderr).toMatch(/passphrase .* is missing[\s\S]*PULUMI_CONFIG_PASSPHRASE or/);
    expect(objects()).toEqual([]);
  });

  test("a preview shows everything that would be made, and makes nothing", async () => {
    const said = await run("preview", "--json");
    expect(said.exitCode).toBe(0);
    expect(operations(said.stdout)).toEqual(["create"]);
    expect(said.stdout).toContain("timonier:embedded:Cluster");
    expect(stacks()).toEqual([]);
    expect(existsSync(ownState())).toBe(false);
    expect(copy.processes()).toEqual([]);
  });
});

describe("a stack in a bucket", () => {
  test("comes up, and its state is in the bucket alone", async () => {
    const said = await run("up");
    expect(said.all).toContain("everything is Ready");
    expect(said.exitCode).toBe(0);
    expect(said.stderr).toContain("from PULUMI_BACKEND_URL");
    expect(objects().map(({ name }) => name)).toContain("embedded.json._S3rver_object");
    expect(existsSync(ownState())).toBe(false);
    expect(existsSync(join(copy.state, "passphrase"))).toBe(false);
  });

  test("the next job, a fresh clone, previews nothing and changes nothing", async () => {
    freshClone();
    const looked = await run("preview", "--json");
    expect(looked.exitCode).toBe(0);
    expect(operations(looked.stdout)).toEqual(["same"]);
    freshClone();
    const said = await run("up");
    expect(said.exitCode).toBe(0);
    expect(said.all).toMatch(/Resources:\s+\d+ unchanged/);
  });

  test("`status`, `synth` and `publish` find it from a fresh clone", async () => {
    freshClone();
    const status = JSON.parse((await run("status", "--json")).stdout) as StatusReport;
    expect(status.problems).toEqual([]);
    freshClone();
    expect((await run("publish")).stdout).toMatch(/fluxcd-gitops-application: nothing differs/);
  });

  test("`rotate` renews its tokens from a fresh clone, and the job after it changes nothing", async () => {
    freshClone();
    const said = await run("rotate");
    expect(said.exitCode).toBe(0);
    expect(said.all).toMatch(/\d+ replaced/);
    freshClone();
    expect((await run("up")).all).toMatch(/Resources:\s+\d+ unchanged/);
  });

  test("no token and no passphrase is in what was said, nor in clear in the bucket", async () => {
    const said = copy.transcript;
    expect(said).not.toMatch(/\bgl(pat|dt)-[\w-]{16,}/);
    expect(said).not.toContain(passphrase);
    for (const entry of objects()) {
      const text = readFileSync(join(entry.parentPath, entry.name), "utf8");
      expect(text, entry.name).not.toMatch(/\bgl(pat|dt)-[\w-]{16,}/);
      expect(text, entry.name).not.toContain(passphrase);
    }
  });

  test("goes down from a fresh clone, and the bucket forgets it", async () => {
    freshClone();
    const said = await run("down");
    expect(said.exitCode).toBe(0);
    expect(said.all).toContain("stack embedded: deleted");
    expect(copy.processes()).toEqual([]);
    expect(stacks().filter(({ name }) => !name.includes(".bak"))).toEqual([]);
  });
});
