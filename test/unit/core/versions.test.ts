import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { versions } from "../../../core/versions.js";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("Renovate's rule finds every version", () => {
  const { customManagers } = JSON.parse(read("renovate.json")) as { customManagers: [{ matchStrings: [string] }] };
  // Renovate's engine and this one agree on named groups.
  const found = [...read("core/versions.ts").matchAll(new RegExp(customManagers[0].matchStrings[0], "g"))];
  expect(found.map((match) => match.groups?.currentValue)).toEqual(Object.values(versions));
});

test("the local package and the SDKs of other vendors are those versions", () => {
  const sdk = JSON.parse(read("sdks/gitlab/package.json")) as { version: string; pulumi: { version: string } };
  expect([sdk.version, sdk.pulumi.version]).toEqual([versions.pulumiGitlab, versions.pulumiGitlab]);
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  expect(dependencies["@pulumi/kubernetes"]).toBe(versions.pulumiKubernetes);
  expect(dependencies["@pulumi/aws"]).toBe(versions.pulumiAws);
});
