import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findStack } from "../../../../cli/stack/stack.js";
import { stackGitLabToken } from "../../../../cli/stack/stack-gitlab.js";
import { parseConfig } from "../../../../infra/config.js";
import { findSharedGitLab, sharedToken } from "../../../../infra/gitlab/shared-gitlab.js";
import { embeddedGitLabFolder, StateFolder } from "../../../../packages/kit/state-folder.js";
import { reserveGitLab } from "../../../../simulators/gitlab/lifecycle.js";

let state: StateFolder;
beforeEach(() => {
  state = new StateFolder(mkdtempSync(join(tmpdir(), "timonier-shared-gitlab-")));
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

const production = { "timonier:cluster": "embedded", "timonier:gitlabStack": "staging" };
const parse = (raw: Record<string, string>) => parseConfig(raw, "production", (name) => findSharedGitLab(name, state));

test("a stack uses the embedded GitLab of another one: its address, its authority, its group", async () => {
  const { url, caFile } = await reserveGitLab(embeddedGitLabFolder(state, "staging"));
  expect(parse(production)).toMatchObject({
    gitlab: { kind: "remote", url, caFile, stack: "staging", plugin: "own" },
    namespace: "platform",
    createNamespace: false,
    protect: false,
  });
});

test("the tokens are those of that GitLab, whatever GITLAB_TOKEN says", async () => {
  const { tokenFile } = await reserveGitLab(embeddedGitLabFolder(state, "staging"));
  const stack = findStack("production", state);
  const outputs = { gitlab: "remote", gitlabStack: "staging" } as const;
  expect(await stackGitLabToken(stack, outputs)).toBe(readFileSync(tokenFile, "utf8").trim());
  expect(await stackGitLabToken(stack, outputs, "maintainer")).toBe(sharedToken("staging", "maintainer", state));
  expect(sharedToken("staging", "maintainer", state)).not.toBe(sharedToken("staging", "administrator", state));
});

test("without that stack the error says what to run, and nothing is created for it", () => {
  expect(() => parse(production)).toThrow(/stack staging has no embedded GitLab[\s\S]*npx timonier up -s staging/);
  expect(() => sharedToken("staging", "administrator", state)).toThrow(/token of the embedded GitLab is missing/);
  expect(existsSync(join(embeddedGitLabFolder(state, "staging"), "address.json"))).toBe(false);
});

test("a cluster whose pods do not share this machine's loopback cannot use it", async () => {
  await reserveGitLab(embeddedGitLabFolder(state, "staging"));
  expect(() => parse({ ...production, "timonier:cluster": "minikube" })).toThrow(/do not reach the embedded GitLab/);
});
