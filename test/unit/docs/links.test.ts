import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { checkout } from "../../../core/state.js";

// Links between the pages of this repository lead somewhere; links to other sites are not followed.

const pages = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: checkout,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && !path.startsWith("test/") && existsSync(join(checkout, path)));

const withoutCode = (text: string) => text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").replaceAll(/`[^`\n]*`/g, "");

/** Targets of a page's links to files and headings. */
function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
}

/** Anchors of a page's headings, as GitLab and GitHub make them. */
function anchorsOf(text: string): string[] {
  const headings = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").matchAll(/^#{1,6} +(.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

/** What is wrong with a link. undefined: nothing */
function problemOf(page: string, link: string): string | undefined {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : relative(checkout, join(checkout, dirname(page), path));
  if (!existsSync(join(checkout, target))) return `${link}: no file ${target}`;
  if (anchor === undefined || !target.endsWith(".md")) return undefined;
  const anchors = anchorsOf(readFileSync(join(checkout, target), "utf8"));
  return anchors.includes(anchor) ? undefined : `${link}: no heading #${anchor} in ${target}`;
}

describe("links of the documentation", () => {
  test.each(pages)("%s", (page) => {
    const links = linksOf(readFileSync(join(checkout, page), "utf8"));
    expect(links.map((link) => problemOf(page, link)).filter((problem) => problem !== undefined)).toEqual([]);
  });
});

test("a heading's anchor is what GitLab makes of it", () => {
  expect(anchorsOf("# A `b`: what's *new*, and 2.0\n```\n# no heading\n```\n")).toEqual(["a-b-whats-new-and-20"]);
});
