import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { appsInput } from "../../../../apps/main.js";
import { parseSettings } from "../../../../apps/settings.js";
import { settingsFile } from "../../../../apps/settings-file.js";
import { destinationOf, repositoriesOf } from "../../../../cli/merge-request/destination.js";
import { findStack } from "../../../../cli/stack/stack.js";

// Nothing runs here, and no tool is needed: a fresh clone, or a pipeline of a merge request.
let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "timonier-destination-"));
  vi.stubEnv("TIMONIER_STATE", state);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(state, { recursive: true, force: true });
});

test("a fresh clone synthesizes for the embedded cluster, from apps/settings.yaml", async () => {
  const destination = await destinationOf("embedded", {});
  expect(destination).toMatchObject({ cluster: "embedded", applicationUrl: undefined, repositories: undefined });
  const settings = parseSettings(await readFile(settingsFile, "utf8"));
  expect(appsInput({ ...destination, environment: undefined }, settings)).toMatchObject({
    cluster: "embedded",
    application: { ...settings.application, secretName: "myappsource" },
  });
});

test("a stack's settings say its cluster, its branch and where its repositories will be", async () => {
  // GIVEN
  const written = "config:\n  cluster: existing\n  clusterName: paris\n  namespace: team/platform\n  branch: trunk\n";
  await writeFile(findStack("production").configFile, written);
  // WHEN, THEN
  expect(await destinationOf("production", {})).toMatchObject({
    cluster: "paris",
    branch: "trunk",
    applicationUrl: "https://gitlab.com/team/platform/fluxcd-gitops-application.git",
    repositories: { setupRepository: "https://gitlab.com/team/platform/fluxcd-gitops-setup.git" },
  });
});

test("committed settings without a group leave the address to apps/settings.yaml", async () => {
  expect(await destinationOf("eks", {})).toMatchObject({ cluster: "eks", branch: "main", repositories: undefined });
});

test("a stack's settings say its environment, and TIMONIER_ENVIRONMENT says another", async () => {
  await writeFile(findStack("west").configFile, "config:\n  cluster: existing\n  environment: staging\n");
  expect(await destinationOf("west", {})).toMatchObject({ cluster: "west", environment: "staging" });
  expect(await destinationOf("west", { TIMONIER_ENVIRONMENT: "production" })).toMatchObject({
    environment: "production",
  });
});

test("the environment takes precedence", async () => {
  const env = { TIMONIER_CLUSTER: "lyon", TIMONIER_APPLICATION_URL: "https://gitlab.example.org/a/b.git" };
  expect(await destinationOf("anything", env)).toMatchObject({
    cluster: "lyon",
    applicationUrl: "https://gitlab.example.org/a/b.git",
  });
});

test("a name that nobody knows is an error with the fix, not another cluster's folder", async () => {
  await expect(destinationOf("prodction", {})).rejects.toThrow(/stack prodction does not exist/);
  expect(existsSync(join(state, "stacks", "prodction"))).toBe(false);
});

test("an embedded GitLab has no address before it is up", () => {
  const paths = { setupRepository: "setup", applicationRepository: "application" };
  expect(
    repositoriesOf({ gitlab: { kind: "embedded", hostAddress: undefined }, namespace: "platform", ...paths }),
  ).toBeUndefined();
});
