import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout } from "../../../packages/kit/state-folder.js";
import { anchorsOf, linksOf, oldWords, wordsToAvoid } from "./markdown.js";

const pages = globSync("docs/**/*.md", { cwd: checkout }).sort();
const linking = globSync("{*.md,docs/**/*.md,{examples,packages,simulators}/**/*.md}", {
  cwd: checkout,
  exclude: ["**/node_modules/**"],
}).sort();
const [first, second, third] = oldWords;
const read = (path: string) => readFileSync(join(checkout, path), "utf8");

describe("words", () => {
  test.each([
    [`The branch is made ${first}.`, [first]],
    [`It ${second}s what ${third} ${second}ed.`, [`${second}s`, third, `${second}ed`]],
    ["It is recommended to amend the commit.", []],
  ])("to avoid in %j", (text, words) => {
    expect(wordsToAvoid(text)).toEqual(words);
  });

  test("to avoid are in no file of the repository", () => {
    const search = ["grep", "--untracked", "--line-number", "--word-regexp", "--ignore-case", "-E", oldWords.join("|")];
    const { status, stdout } = spawnSync("git", search, { cwd: checkout, encoding: "utf8" });
    expect(stdout).toBe("");
    // 1: nothing was found. Others are errors.
    expect(status).toBe(1);
  });
});

describe("links", () => {
  test.each([
    ["[a](b.md), [c\nd](../e.ts#f)", ["b.md", "../e.ts#f"]],
    ["![plot](plot.svg)", ["plot.svg"]],
    ["`[a](b.md)` and\n```\n[c](d.md)\n```\n", []],
  ])("of %j", (text, links) => {
    expect(linksOf(text)).toEqual(links);
  });

  test("lead to headings by GitLab's anchors, numbered where a heading is repeated", () => {
    const text = "# A `code` & more\n\n```sh\n# a comment\n```\n\n## From apps/ to Git, now\n\n## Twice\n\n## Twice\n";
    expect([...anchorsOf(text)]).toEqual(["a-code-more", "from-apps-to-git-now", "twice", "twice-1"]);
  });

  test.each(linking)("of %s lead to files and headings that exist", (path) => {
    expect(linksOf(read(path)).filter((link) => !resolves(path, link))).toEqual([]);
  });
});

describe("paths", () => {
  // docs/proven.md names tests from test/unit on.
  test.each(pages)("that %s names exist", (page) => {
    const named = [
      ...read(page).matchAll(
        /`((?:packages|simulators|infra|cli|constructs|sdks|bench|test|ci)\/[\w./-]+\.(?:ts|tsx|mjs|sh))`/g,
      ),
    ];
    const exists = (path: string) => [path, join("test/unit", path)].some((one) => existsSync(join(checkout, one)));
    expect(named.map(([, path = ""]) => path).filter((path) => !exists(path))).toEqual([]);
  });
});

/** Whether a relative link leads to a file or folder of the checkout and, with an anchor, to a heading of a page. */
function resolves(from: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [target = "", anchor] = link.split("#");
  const path = target === "" ? from : join(dirname(from), target);
  if (!existsSync(join(checkout, path))) return false;
  return anchor === undefined || !path.endsWith(".md") || anchorsOf(read(path)).has(anchor);
}
