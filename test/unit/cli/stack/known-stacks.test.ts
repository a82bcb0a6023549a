import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../../../cli/main.js";
import { ensureKnown } from "../../../../cli/stack/known-stacks.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "timonier-known-"));
  vi.stubEnv("TIMONIER_STATE", root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const known = (name: string, ...recorded: string[]) =>
  ensureKnown(name, { state: { root }, recorded: async () => recorded });

test("the default stack needs nothing; others are known by settings, by their folder, and by what Pulumi has recorded", async () => {
  mkdirSync(join(root, "stacks", "west"), { recursive: true });
  writeFileSync(join(root, "stacks", "west", "Pulumi.west.yaml"), "");
  for (const name of ["embedded", "existing", "west", "bucket"]) await known(name, "bucket");
});

test("an empty folder makes no stack", async () => {
  mkdirSync(join(root, "stacks", "west"), { recursive: true });
  await expect(known("west")).rejects.toThrow("stack west does not exist");
});

test("a name with a typing error is refused, with the existing stacks and the closest name", async () => {
  await expect(known("prodution", "production", "staging")).rejects.toThrow(
    /^stack prodution does not exist\n {2}where: existing stacks: eks, embedded, existing, minikube, production, staging\n {2}fix: {3}did you mean -s production\? /,
  );
});

test("a name that resembles no other is refused with the way to a new stack alone", async () => {
  await expect(known("zzz")).rejects.toThrow(/fix: {3}to create an embedded stack, add --new to up, preview or env/);
});

// Of synth, publish and rehearse: destination.test.ts.
describe("commands", () => {
  const verbs = ["up", "preview", "status", "doctor", "env", "merge", "open", "rotate", "down"];
  test.each(verbs)("%s refuses an unknown stack and makes nothing", async (verb) => {
    const said: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((text) => void said.push(text));
    expect(await main([verb, "-s", "embeded"])).toBe(3);
    expect(said.join()).toMatch(/stack embeded does not exist\n.*\n.*did you mean -s embedded\?/);
    expect(existsSync(join(root, "stacks", "embeded"))).toBe(false);
  });

  test("--new is a matter of the commands that may make a stack", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await main(["down", "--new"])).toBe(2);
  });
});
