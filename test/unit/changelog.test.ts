import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkout } from "../../packages/kit/state-folder.js";

// cliff.toml, as git-cliff reads it: what a commit's subject becomes in CHANGELOG.md.

const folder = mkdtempSync(join(tmpdir(), "timonier-changelog-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: readonly string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: folder });
const commit = (subject: string) => git("commit", "--quiet", "--allow-empty", "--message", subject);

/** Lines of the changelog below its header, without empty ones. */
function changelog(): string[] {
  const program = join(checkout, "node_modules", ".bin", "git-cliff");
  const args = ["--config", join(checkout, "cliff.toml"), "--offline", "--repository", folder];
  const text = execFileSync(program, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return text.slice(text.indexOf("\n## ")).split("\n").filter(Boolean);
}

beforeAll(() => {
  git("init", "--quiet", "--initial-branch", "main");
  commit("a subject of another kind");
  commit("feat: start");
  commit("feat(cli): say more; docs: the words");
  commit("feat(bench): measure");
  commit("fix(cli): say less");
  commit("docs: explain");
  git("tag", "base");
});

test("before the first release features are listed by scope, and fixes are counted", () => {
  expect(changelog()).toEqual([
    "## 0.1.0 (unreleased)",
    "### Features",
    "- cli: say more",
    "- start",
    "### Fixes",
    "1 before the first release; the Git log has them.",
  ]);
});

test("after a release its section has the tag's version, and later fixes are listed", () => {
  git("tag", "v0.1.0");
  commit("fix(gitlab)!: refuse what was accepted");
  const [unreleased, ...rest] = changelog();
  expect(unreleased).toBe("## Unreleased");
  expect(rest.slice(0, 2)).toEqual(["### Fixes", "- **breaking:** gitlab: refuse what was accepted"]);
  expect(rest[2]).toMatch(/^## 0\.1\.0 \(\d{4}-\d{2}-\d{2}\)$/);
});
