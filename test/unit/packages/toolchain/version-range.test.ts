import fc from "fast-check";
import { expect, test } from "vitest";
import { compare, findVersion, fits } from "../../../../packages/toolchain/version-range.js";

test.each([
  ["v3.250.0", "3.250.0"],
  ["etcd Version: 3.7.3\nGit SHA: Not provided\nGo Version: go1.26.8\n", "3.7.3"],
  ["Kubernetes v1.36.3", "1.36.3"],
  ["Client Version: v1.36.3\nKustomize Version: v5.8.1", "1.36.3"],
  ["kwok version v0.8.0 go1.26.8 (linux/amd64)", "0.8.0"],
  ["flux version 2.9.4", "2.9.4"],
  ["v3.251.0-alpha.1+dirty", "3.251.0-alpha.1"],
  ["version unknown", undefined],
  ["", undefined],
])("finds the version in %j", (text, version) => {
  expect(findVersion(text)).toBe(version);
});

test("a range holds its lower end and not its upper one", () => {
  const range = ">=3.6.0 <4.0.0";
  expect(["3.5.99", "3.6.0", "3.10.1", "4.0.0"].filter((version) => fits(version, range))).toEqual(["3.6.0", "3.10.1"]);
});

test("a pre-release fits no range", () => {
  expect(fits("3.7.0-rc.1", ">=3.6.0 <4.0.0")).toBe(false);
});

test("a suffix does not count in the order, and a text without a version has none", () => {
  expect(compare("1.33.1-eks-ae5f5e4", "1.33.1")).toBe(0);
  expect(compare("v2.9.4", "2.9.3")).toBeGreaterThan(0);
  expect(compare("latest", "2.9.4")).toBeNaN();
});

test("versions are ordered by number, not by letter", () => {
  const part = fc.nat({ max: 2000 });
  fc.assert(
    fc.property(part, part, part, part, (major, minor, patch, more) => {
      const version = `${major}.${minor}.${patch}`;
      expect(compare(version, version)).toBe(0);
      expect(compare(`${major}.${minor + 1 + more}.0`, version)).toBeGreaterThan(0);
      expect(compare(version, `${major + 1 + more}.0.0`)).toBeLessThan(0);
    }),
  );
});
