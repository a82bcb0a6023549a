import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkUnshared } from "../../../../cli/stack/gitlab-users.js";
import { findStack, type Stack } from "../../../../cli/stack/stack.js";
import { StateFolder } from "../../../../packages/kit/state-folder.js";

let state: StateFolder;
beforeEach(() => {
  state = new StateFolder(mkdtempSync(join(tmpdir(), "timonier-gitlab-users-")));
  write("staging", "config:\n  timonier:cluster: embedded\n");
  write("production", "config:\n  timonier:cluster: embedded\n  timonier:gitlabStack: staging\n");
  write("broken", "config: [");
});
afterEach(() => rmSync(state.root, { recursive: true, force: true }));

function write(stack: string, settings: string): void {
  const folder = join(state.root, "stacks", stack);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), settings);
}

const up =
  (...names: string[]) =>
  async ({ name }: Stack) =>
    names.includes(name);

test("a stack whose GitLab another one uses is not deleted before that one", async () => {
  await expect(checkUnshared(findStack("staging", state), up("staging", "production", "broken"))).rejects.toThrow(
    /GitLab of stack staging is used by production[\s\S]*npx timonier down -s production/,
  );
});

test("a stack that has only settings does not count, and the one that uses it can go", async () => {
  await checkUnshared(findStack("staging", state), up("staging"));
  await checkUnshared(findStack("production", state), up("staging", "production"));
});
