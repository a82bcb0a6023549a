import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { main } from "../../../../cli/main.js";
import { writeOutputs } from "./stack-state.js";

const root = mkdtempSync(join(tmpdir(), "timonier-history-"));
const [state, temporary, repository] = ["state", "tmp", "application"].map((name) => join(root, name)) as [
  string,
  string,
  string,
];
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-c", "user.name=Ada", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", ...args],
    {
      cwd: repository,
      encoding: "utf8",
    },
  );

beforeAll(() => {
  for (const folder of [state, temporary, join(repository, "infra")]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(state, "passphrase"), "secret\n");
  writeFileSync(join(repository, "infra", "deployment.yaml"), "1");
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "--all");
  git("commit", "--quiet", "-m", "First commit of nginx");
  for (const name of ["embedded", "west"]) writeOutputs(state, name, { applicationRepository: `file://${repository}` });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.stubEnv("TIMONIER_STATE", state);
  vi.stubEnv("TMPDIR", temporary);
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  vi.stubEnv("TIMONIER_READ_TOKEN", "none is asked of a folder");
  for (const name of ["log", "error"] as const)
    vi.spyOn(console, name).mockImplementation((text) => void said.push(text));
});

test.each([[[]], [["-s", "west"]]])(
  "it clones the application repository of a stack %j, and deletes the clone",
  async (which) => {
    expect(await main(["history", "nginx", "--json", ...which])).toBe(0);
    expect(JSON.parse(said.join())).toMatchObject([
      { revision: git("rev-parse", "HEAD").trim(), change: "added", author: "Ada", title: "First commit of nginx" },
    ]);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

test("people see a table", async () => {
  expect(await main(["history", "nginx"])).toBe(0);
  expect(said.join()).toMatch(/^SINCE +UNTIL[^\n]+\n\S+Z +now +[0-9a-f]{8} +Ada +added: First commit of nginx$/);
});

test("an unknown application is an error, and so is an unknown environment or stack", async () => {
  expect(await main(["history", "ngix"])).toBe(3);
  expect(said.join()).toContain("unknown application ngix; did you mean nginx?");
  expect(await main(["history", "nginx", "--env", "production"])).toBe(3);
  expect(said.at(-1)).toMatch(/unknown environment production\n.*history --env production/);
  expect(await main(["history", "nginx", "-s", "wst"])).toBe(3);
  expect(said.at(-1)).toContain("stack wst does not exist");
  expect(readdirSync(temporary)).toEqual([]);
});
