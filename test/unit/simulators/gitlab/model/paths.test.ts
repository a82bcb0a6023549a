import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isFilePath,
  isRefName,
  matchesWildcard,
  nameErrors,
  pathErrors,
  slug,
} from "../../../../../simulators/gitlab/model/paths.js";

test.each(["app", "a.b", "article-gitops_1", ".github"])("takes %s as a project's path", (path) => {
  expect(pathErrors(path, "project")).toEqual([]);
});

test.each(["", "-a", "a b", "a/b", "x.git", "x.atom", "ü", "tree"])("refuses %j as a project's path", (path) => {
  expect(pathErrors(path, "project")).not.toEqual([]);
});

test("reserved names differ for projects and namespaces", () => {
  expect(pathErrors("api", "namespace")).toEqual(["api is a reserved name"]);
  expect(pathErrors("api", "project")).toEqual([]);
});

test("names may hold what people write", () => {
  expect(["Détails (2)", "日本", "🚀 rocket", "a+b.c"].map(nameErrors)).toEqual([[], [], [], []]);
  expect(nameErrors("")).toEqual(["can't be blank"]);
  expect(nameErrors("/a")).not.toEqual([]);
});

test("a slug of any name that has letters is a good path or empty", () => {
  expect(slug("My Project (é)")).toBe("my-project-e");
  fc.assert(
    fc.property(fc.string(), (name) => {
      const made = slug(name);
      return made === "" || !/[^a-z0-9_.-]/.test(made);
    }),
  );
});

describe("names of branches", () => {
  test.each(["main", "feature/x", "a.b", "v1@2"])("%s is one", (name) => expect(isRefName(name)).toBe(true));
  test.each([
    "",
    "a..b",
    "a b",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.lock",
    "-a",
    "a~1",
    "a^",
    "a:b",
    "@",
    "a@{1",
    "refs/heads/a",
    "a\u0000",
  ])("%j is none", (name) => expect(isRefName(name)).toBe(false));
});

describe("wildcards of protected branches", () => {
  test("stand for anything, slashes too", () => {
    expect(matchesWildcard("release/*", "release/1/2")).toBe(true);
    expect(matchesWildcard("*-stable", "v1-stable")).toBe(true);
    expect(matchesWildcard("release/*", "main")).toBe(false);
  });

  test("take every other sign as it is", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (pattern, name) => pattern.includes("*") || matchesWildcard(pattern, name) === (pattern === name),
      ),
    );
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes("*")),
        fc.string(),
        (start, end) => matchesWildcard(`${start}*`, start + end),
      ),
    );
  });
});

test.each(["../a", "a/../b", "/a", "a/", "", "a//b", ".git/config", "x/.GIT/y", "a\0"])(
  "%j is no path of a file",
  (path) => {
    expect(isFilePath(path)).toBe(false);
  },
);
