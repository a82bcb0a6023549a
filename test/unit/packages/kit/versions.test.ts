import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkout } from "../../../../packages/kit/state-folder.js";
import { versions } from "../../../../packages/kit/versions.js";

const read = (path: string) => readFileSync(join(checkout, path), "utf8");

test("Renovate's rule finds every version", () => {
  const { customManagers } = JSON.parse(read("renovate.json")) as { customManagers: [{ matchStrings: [string] }] };
  // Renovate's engine and this one agree on named groups.
  const found = [...read("packages/kit/versions.ts").matchAll(new RegExp(customManagers[0].matchStrings[0], "g"))];
  expect(found.map((match) => match.groups?.currentValue)).toEqual(Object.values(versions));
});

test("the local package and the SDKs of other vendors are those versions", () => {
  const sdk = JSON.parse(read("sdks/gitlab/package.json")) as { version: string; pulumi: { version: string } };
  expect([sdk.version, sdk.pulumi.version]).toEqual([versions.pulumiGitlab, versions.pulumiGitlab]);
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  expect(dependencies["@pulumi/kubernetes"]).toBe(versions.pulumiKubernetes);
  expect(dependencies["@pulumi/aws"]).toBe(versions.pulumiAws);
});
