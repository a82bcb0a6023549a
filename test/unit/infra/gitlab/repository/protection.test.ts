import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test, vi } from "vitest";
import { featuresOf } from "../../../../../infra/gitlab/gitlab-instance.js";
import { checkout } from "../../../../../packages/kit/state-folder.js";

const TYPE = "gitlab:index/branchProtection:BranchProtection";
const made: Array<{ type: string; inputs: Record<string, unknown> }> = [];
beforeAll(() =>
  pulumi.runtime.setMocks({
    // As the official plugin on a licensed Enterprise Edition: levels come in lists.
    newResource: ({ type, name, inputs }) => {
      made.push({ type, inputs });
      return { id: `${name}-id`, state: { expiresAt: "2027-01-01T00:00:00Z", ...inputs } };
    },
    call: ({ inputs }) => inputs,
  }),
);

async function protectedBy(features: ReturnType<typeof featuresOf>) {
  made.length = 0;
  const { protectBranch } = await import("../../../../../infra/gitlab/repository/protection.js");
  const review = { approvals: 1, codeOwners: undefined, requirePipeline: false };
  protectBranch("setup", { project: "1", branch: "main", features, review }, {});
  await vi.waitFor(() => expect(made.some(({ type }) => type === TYPE)).toBe(true));
  return made.find(({ type }) => type === TYPE)?.inputs ?? {};
}

test("the official plugin gets lists of levels where the licence is an Enterprise's", async () => {
  const inputs = await protectedBy(featuresOf("premium", "https://gitlab.com", true));
  expect(inputs).toMatchObject({
    allowedToPushes: [{ accessLevel: "no one" }],
    allowedToMerges: [{ accessLevel: "maintainer" }],
  });
  expect(inputs).not.toHaveProperty("pushAccessLevel");
});

test.each([
  ["our own plugin", "premium", false],
  ["the official one without a licence", "free", true],
] as const)("%s gets single levels", async (_, tier, official) => {
  const inputs = await protectedBy(featuresOf(tier, "https://gitlab.com", official));
  expect(inputs).toMatchObject({ pushAccessLevel: "no one", mergeAccessLevel: "maintainer" });
  expect(inputs).not.toHaveProperty("allowedToPushes");
});

test("every input is one of the official plugin's schema", async () => {
  const schema = JSON.parse(readFileSync(join(checkout, "sdks/gitlab/schema.json"), "utf8"));
  const known = Object.keys(schema.resources[TYPE].inputs);
  for (const official of [true, false]) {
    const inputs = await protectedBy(featuresOf("premium", "https://gitlab.com", official));
    for (const name of Object.keys(inputs)) expect(known).toContain(name);
  }
});

test.each([true, false])(
  "everything that a repository needs is in the official schema (official plugin: %s)",
  async (official) => {
    const { Repository } = await import("../../../../../infra/gitlab/repository/repository.js");
    const { resources } = JSON.parse(readFileSync(join(checkout, "sdks/gitlab/schema.json"), "utf8"));
    made.length = 0;
    const url = "https://gitlab.com";
    const provider = new gitlab.Provider("official", { baseUrl: url });
    const instance = {
      ...{ url, gitUrl: url, caFile: undefined, caBundle: undefined, token: pulumi.secret("glpat-canary"), provider },
      ...{ features: featuresOf("premium", url, official), namespace: { path: "team", id: 7 } },
      ...{ owned: undefined, existing: new Map() },
    };
    new Repository("setup", {
      ...{ instance, path: "setup", description: "d", branch: "main", visibility: "private", protect: true },
      ...{ content: { folders: ["seed"] }, cluster: "west" },
      tokens: { days: 90, rotateBefore: undefined, notes: true, imageAutomation: true, readByPipelines: true },
      review: { approvals: 2, codeOwners: "@team", requirePipeline: true },
    });
    await vi.waitFor(() =>
      expect(made.filter(({ type }) => type.startsWith("gitlab:")).length).toBeGreaterThanOrEqual(9),
    );
    for (const { type, inputs } of made.filter(({ type: one }) => one.startsWith("gitlab:"))) {
      const { inputs: known, required } = resources[type];
      expect(Object.keys(known), type).toEqual(expect.arrayContaining(Object.keys(inputs)));
      expect(Object.keys(inputs), type).toEqual(expect.arrayContaining(required ?? []));
    }
  },
);
