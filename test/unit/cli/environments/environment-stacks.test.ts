import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stackEnvironments, stacksIn } from "../../../../cli/environments/environment-stacks.js";
import { findStack } from "../../../../cli/stack/stack.js";
import { writeOutputs, writeState } from "./stack-state.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-environments-"));
  vi.stubEnv("TIMONIER_STATE", root);
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  vi.stubEnv("TIMONIER_CLUSTER", "");
  writeFileSync(join(root, "passphrase"), "secret\n");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

const settings = (name: string, text: string) => writeFileSync(findStack(name).configFile, text);

const state = (name: string, text: string) => writeState(root, name, text);
const updated = (name: string, environment: string | undefined) => writeOutputs(root, name, { environment });

const namesIn = async (environment: string) => (await stacksIn(environment)).map(({ stack }) => stack.name);

test("an environment has the stacks whose settings name it, by name", async () => {
  settings("west", "config:\n  timonier:cluster: embedded\n  timonier:environment: production\n");
  settings("east", "config:\n  cluster: embedded\n  environment: production\n");
  settings("lab", "config:\n  cluster: embedded\n  environment: staging\n");
  expect(await namesIn("production")).toEqual(["east", "west"]);
  expect(await namesIn("staging")).toEqual(["lab"]);
  expect(await namesIn("nowhere")).toEqual([]);
});

test("a stack that is not up has a destination from its settings, and no outputs", async () => {
  settings("west", "config:\n  cluster: embedded\n  environment: production\n");
  const [west] = await stacksIn("production");
  expect(west?.outputs).toBeUndefined();
  expect(west?.destination).toMatchObject({ cluster: "west", environment: "production" });
});

test("what the last update wrote precedes the settings, as for `publish`", async () => {
  settings("west", "config:\n  cluster: embedded\n  environment: production\n");
  updated("west", "staging");
  settings("east", "config:\n  cluster: embedded\n  environment: staging\n");
  updated("east", undefined);
  const [west, ...others] = await stacksIn("staging");
  expect(others).toEqual([]);
  expect(west?.outputs).toMatchObject({ cluster: "embedded-west", environment: "staging" });
  expect(west?.destination).toMatchObject({ cluster: "embedded-west", environment: "staging" });
  expect(await namesIn("production")).toEqual([]);
});

test("variables that name one cluster do not rename those of all stacks", async () => {
  vi.stubEnv("TIMONIER_CLUSTER", "paris");
  settings("west", "config:\n  cluster: embedded\n  environment: production\n");
  expect((await stacksIn("production"))[0]?.destination.cluster).toBe("west");
});

test("wrong settings of another stack do no harm", async () => {
  settings("west", "config:\n  cluster: embedded\n  environment: production\n");
  settings("broken", "config: [\n");
  settings("wrong", "config:\n  cluster: none\n  environment: staging\n");
  settings("text", "config: text\n");
  settings("number", "config:\n  environment: 7\n");
  expect(await namesIn("production")).toEqual(["west"]);
  await expect(stacksIn("staging")).rejects.toThrow(/configuration of stack wrong/);
});

test("a state that cannot be read is an error of its environment alone", async () => {
  settings("west", "config:\n  cluster: embedded\n  environment: production\n");
  settings("broken", "config:\n  cluster: embedded\n  environment: staging\n");
  state("broken", "{");
  expect(await namesIn("production")).toEqual(["west"]);
  await expect(stacksIn("staging")).rejects.toThrow(/state of stack broken is incomplete/);
  const all = await stackEnvironments();
  expect(all.map(({ stack, environment, error }) => [stack.name, environment, error !== undefined])).toEqual([
    ["broken", "staging", true],
    ["west", "production", false],
  ]);
});
