import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPage } from "../../../../../simulators/gitlab/http/pages-gate.js";
import { encodePath, localPath, routedAddress, splitRef } from "../../../../../simulators/gitlab/pages/page-address.js";

describe("routedAddress", () => {
  test.each([
    ["/", "/"],
    ["/?a=1", "/?a=1"],
    ["/users/sign_in?to=%2Fx", "/users/sign_in?to=%2Fx"],
    ["/assets/style.css", "/assets/style.css"],
    ["/group", "/n/group"],
    ["/groups/group/sub", "/n/group%2Fsub"],
    ["/group/project/", "/n/group%2Fproject"],
    ["/a/b/c/-/tree/main/docs?plain=1", "/p/a%2Fb%2Fc/-/tree/main/docs?plain=1"],
    ["/a/b/-/blob/main/x/-/y", "/p/a%2Fb/-/blob/main/x/-/y"],
    ["/usersgroup", "/n/usersgroup"],
  ])("GIVEN %s THEN the router sees %s", (url, routed) => {
    expect(routedAddress(url)).toBe(routed);
  });

  test("GIVEN any path of parts THEN exactly one part of the routed address holds it", () => {
    const part = fc
      .stringMatching(/^[a-z][a-z0-9_.]{0,8}$/)
      .filter((text) => !/^(assets|dashboard|explore|users|groups)$/.test(text));
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 5 }), (parts) => {
        const [, kind, id = ""] = routedAddress(`/${parts.join("/")}/-/branches`).split("/");
        expect([kind, decodeURIComponent(id)]).toEqual(["p", parts.join("/")]);
      }),
    );
  });
});

describe("splitRef", () => {
  const names = ["main", "feature", "feature/one", "v1.0"];
  test.each([
    ["main", "main", ""],
    ["main/docs/a.md", "main", "docs/a.md"],
    ["feature/one/a.md", "feature/one", "a.md"],
    ["feature/two", "feature", "two"],
    ["0123abc/a/b/", "0123abc", "a/b"],
    ["", "", ""],
  ])("GIVEN %s THEN the longest name that fits is the ref", (text, ref, path) => {
    expect(splitRef(text, names)).toEqual({ ref, path });
  });
});

test("localPath: GIVEN where to go after signing in THEN only paths of this server are", () => {
  expect(localPath("/a/b?c=1#d")).toBe("/a/b?c=1#d");
  for (const bad of ["//evil", "/\\evil", "https://evil", "javascript:1", "", undefined, "/a\n/b", "a/b"]) {
    expect(localPath(bad)).toBeUndefined();
  }
});

test("encodePath: GIVEN a file's name with everything in it THEN only slashes stay", () => {
  expect(encodePath('a b/c?d#e/100%"<')).toBe("a%20b/c%3Fd%23e/100%25%22%3C");
});

test.each([
  ["/group/project", true],
  ["/group/project/-/raw/main/info/refs", true],
  ["/group/project.git/info/refs?service=git-upload-pack", false],
  ["/group/project/info/refs", false],
  ["/group/project.git/git-receive-pack", false],
  ["/api/v4/nonsense", false],
  ["/-/outside", false],
  ["/apis", true],
])("isPage: GIVEN %s THEN it is %s", (url, expected) => {
  expect(isPage(url)).toBe(expected);
});
