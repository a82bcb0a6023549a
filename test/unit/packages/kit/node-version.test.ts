import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { fits, nodePins, supportedNodes } from "../../../../packages/kit/node-version.mjs";
import { checkout } from "../../../../packages/kit/state-folder.js";

test.each([
  ["20.20.2", false],
  ["22.22.1", false],
  ["22.22.2", true],
  ["22.100.0", true],
  ["23.11.0", false],
  ["24.9.0", false],
  ["24.15.0", true],
  ["25.1.0", false],
  ["26.0.0", true],
  ["27.3.1", true],
])("Node.js %s: %s", (version, expected) => {
  expect(fits(version, "^22.22.2 || ^24.15.0 || >=26.0.0")).toBe(expected);
});

test("a range of another form is an error, not a match", () => {
  expect(() => fits("24.15.0", "24.x")).toThrow(/engines\.node.*24\.x/);
});

describe("the Node.js that is obtained", () => {
  const pins = Object.entries(nodePins);

  it.each(pins)("%s: both versions are supported ones, and both digests are complete", (_platform, pin) => {
    expect(fits(pin.archive.version, supportedNodes())).toBe(true);
    expect(fits(pin.package.version, supportedNodes())).toBe(true);
    expect(pin.archive.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(pin.package.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  it("is the same release for each platform of the tools, with digests of its own", () => {
    expect(pins.map(([platform]) => platform).sort()).toEqual([
      "darwin-arm64",
      "darwin-x64",
      "linux-arm64",
      "linux-x64",
    ]);
    expect(new Set(pins.map(([, { archive }]) => archive.version)).size).toBe(1);
    expect(new Set(pins.flatMap(([, pin]) => [pin.archive.sha256, pin.package.integrity])).size).toBe(2 * pins.length);
  });

  it("is renewed by Renovate: each version has a comment that its manager reads", () => {
    const { customManagers } = JSON.parse(readFileSync(join(checkout, "renovate.json"), "utf8"));
    const [{ matchStrings, managerFilePatterns }] = customManagers;
    const found = [
      ...readFileSync(join(checkout, "packages/kit/node-version.mjs"), "utf8").matchAll(
        new RegExp(matchStrings[0], "g"),
      ),
    ].map(({ groups }) => [groups?.depName, groups?.currentValue]);
    const patterns = managerFilePatterns.map((pattern: string) => new RegExp(pattern.slice(1, -1)));
    expect(patterns.some((pattern: RegExp) => pattern.test("packages/kit/node-version.mjs"))).toBe(true);
    expect(found).toEqual(
      pins.flatMap(([, pin]) => [
        ["node", pin.archive.version],
        [pin.package.name, pin.package.version],
      ]),
    );
  });
});

it("is what the pipelines' images have", () => {
  const major = Object.values(nodePins)[0]?.archive.version.split(".")[0];
  const image = `node:${major}-bookworm`;
  expect(readFileSync(join(checkout, ".gitlab-ci.yml"), "utf8")).toContain(`image: ${image}\n`);
  expect(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")).toContain(`default: ${image}\n`);
});
