import { expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { parseToolSources, unobtainable } from "../../../../packages/toolchain/tool-sources.js";

test("without a setting all sources are tried, the cheapest first", () => {
  expect(parseToolSources(undefined)).toEqual(["path", "vendor", "source"]);
  expect(parseToolSources(" ")).toEqual(["path", "vendor", "source"]);
});

test("a setting keeps its order", () => {
  expect(parseToolSources("source, path,source")).toEqual(["source", "path"]);
});

test("an unknown source is refused with the known ones", () => {
  expect(() => parseToolSources("path,docker")).toThrow(/docker[\s\S]*TIMONIER_TOOLS_FROM[\s\S]*path, vendor, source/);
});

test("a tool that could not be obtained is named with the reason of each tool source", () => {
  const error = unobtainable(
    [
      {
        name: "etcd",
        version: "3.7.3",
        refusals: { path: "not found", vendor: "github.com does not answer", source: "Go is not on PATH" },
      },
    ],
    "/cache",
  );
  expect(error).toBeInstanceOf(UserError);
  expect(error.what).toBe("etcd 3.7.3: could not be obtained");
  expect(error.where).toBe(
    "etcd 3.7.3\n    PATH:   not found\n    vendor: github.com does not answer\n    source: Go is not on PATH\n  cache /cache",
  );
  expect(error.fix).toContain("install Go 1.21");
});

test("equal answers are told once, sources that were not tried say so", () => {
  const refusals = { path: "not found" };
  const error = unobtainable(
    [
      { name: "kwok", version: "0.8.0", refusals },
      { name: "kwokctl", version: "0.8.0", refusals },
    ],
    "/cache",
  );
  expect(error.message.match(/not found/g)).toHaveLength(1);
  expect(error.where).toContain("kwok 0.8.0, kwokctl 0.8.0\n");
  expect(error.where).toContain("source: not tried (TIMONIER_TOOLS_FROM)");
  expect(error.fix).toContain("GOPROXY");
});
