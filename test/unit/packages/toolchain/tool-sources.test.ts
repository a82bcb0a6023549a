import { expect, test } from "vitest";
import { UserError } from "../../../../packages/kit/user-error.js";
import { parseWays, unobtainable } from "../../../../packages/toolchain/tool-sources.js";

test("without a setting all ways are tried, the cheapest first", () => {
  expect(parseWays(undefined)).toEqual(["path", "vendor", "source"]);
  expect(parseWays(" ")).toEqual(["path", "vendor", "source"]);
});

test("a setting keeps its order", () => {
  expect(parseWays("source, path,source")).toEqual(["source", "path"]);
});

test("an unknown way is refused with the known ones", () => {
  expect(() => parseWays("path,docker")).toThrow(/docker[\s\S]*TIMONIER_TOOLS_FROM[\s\S]*path, vendor, source/);
});

test("a tool that can be had in no way is named with what each way said", () => {
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
  expect(error.what).toBe("etcd 3.7.3: can be had in no way");
  expect(error.where).toBe(
    "etcd 3.7.3\n    PATH:   not found\n    vendor: github.com does not answer\n    source: Go is not on PATH\n  cache /cache",
  );
  expect(error.fix).toContain("install Go 1.21");
});

test("equal answers are told once, ways that were not tried say so", () => {
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
