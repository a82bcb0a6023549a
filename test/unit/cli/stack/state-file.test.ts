import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { down } from "../../../../cli/commands/down.js";
import { Pulumi } from "../../../../cli/stack/pulumi.js";
import { findStack, type Stack } from "../../../../cli/stack/stack.js";
import { StateFolder } from "../../../../packages/kit/state-folder.js";

let root: string;
let stack: Stack;
let checkpoint: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-kept-"));
  process.env.TIMONIER_STATE = root;
  stack = findStack("west", new StateFolder());
  checkpoint = join(root, "pulumi/.pulumi/stacks/timonier/west.json");
  mkdirSync(dirname(checkpoint), { recursive: true });
  writeFileSync(checkpoint, '{"version":3,"checkpoint":{"latest":{"resources":[');
  writeFileSync(join(root, "passphrase"), "p");
});
afterEach(() => {
  delete process.env.TIMONIER_STATE;
  rmSync(root, { recursive: true, force: true });
});

function settings(config: Record<string, string> | undefined): void {
  rmSync(stack.configFile, { force: true });
  if (!config) return;
  mkdirSync(dirname(stack.configFile), { recursive: true });
  writeFileSync(stack.configFile, stringify({ config }));
}

/** A copy that Pulumi made, below its own folder. */
function copy(path: string, text = '{"version":3,"checkpoint":{"latest":{}}}'): string {
  const file = join(root, "pulumi/.pulumi", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("GIVEN a state that was cut short", () => {
  test.each([
    [{ "timonier:cluster": "existing" }],
    [{ "timonier:cluster": "eks" }],
    [{ "timonier:cluster": "minikube" }],
    [{ "timonier:cluster": "embedded", "timonier:gitlab": "remote" }],
    [{ cluster: "existing" }],
    [undefined],
  ])("WHEN the settings are %j THEN `down` refuses, and loses nothing", async (config) => {
    settings(config);
    const kept = copy("stacks/timonier/west.json.bak");
    await expect(down({ stack: "west" })).rejects.toMatchObject({
      what: "Pulumi's state of stack west is incomplete or corrupt",
      where: checkpoint,
      fix: `restore Pulumi's copy: cp '${kept}' '${checkpoint}'; then run the command again`,
    });
    expect(existsSync(checkpoint)).toBe(true);
    expect(readFileSync(kept, "utf8")).toContain("checkpoint");
    expect(existsSync(stack.configFile)).toBe(config !== undefined);
  });

  test("WHEN the settings were changed since THEN what is left of the state tells what was made", async () => {
    settings({ "timonier:cluster": "embedded" });
    writeFileSync(checkpoint, '{"resources":[{"type":"timonier:flux:Drain"},{"ur');
    await expect(down({ stack: "west" })).rejects.toThrow(/incomplete or corrupt/);
    expect(existsSync(checkpoint)).toBe(true);
  });

  test("WHEN everything was embedded THEN `down` does without it", async () => {
    settings({ "timonier:cluster": "embedded" });
    expect(await down({ stack: "west" })).toBe(0);
    expect(existsSync(checkpoint)).toBe(false);
  });

  test("WHEN Pulumi's copy is cut short, too, THEN the youngest whole one is named, or none", () => {
    settings({ "timonier:cluster": "existing" });
    const fix = () => new Pulumi(stack).defect()?.fix;
    expect(fix()).toBe(
      `restore the file from a backup; without a backup, delete by hand what the stack created elsewhere (see docs/clusters.md), then delete ${checkpoint}`,
    );
    copy("stacks/timonier/west.json.bak", '{"ver');
    copy("history/timonier/west/west-3.history.json");
    copy("backups/timonier/west/west.1.json");
    const younger = copy("backups/timonier/west/west.2.json");
    copy("backups/timonier/west/west.3.json", "");
    expect(fix()).toContain(`cp '${younger}' '${checkpoint}'`);
  });
});

test("GIVEN a lost passphrase WHEN the stack made something elsewhere THEN `down` refuses", async () => {
  settings({ "timonier:cluster": "existing" });
  writeFileSync(checkpoint, '{"version":3,"checkpoint":{"latest":{}}}');
  rmSync(join(root, "passphrase"));
  await expect(down({ stack: "west" })).rejects.toMatchObject({
    what: "the passphrase of stack west is missing, so the secrets in its state cannot be decrypted",
    fix: expect.stringMatching(/^restore the file from a backup; without a backup, delete by hand/),
  });
  expect(existsSync(checkpoint)).toBe(true);
});
