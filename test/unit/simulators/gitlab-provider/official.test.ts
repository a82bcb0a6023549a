import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { officialPlugin } from "../../../e2e/support/official/plugin.js";
import { Engine } from "./engine.js";

// The stand-in for the official plugin, which end-to-end tests use: that it refuses what it should.

const protection = "gitlab:index/branchProtection:BranchProtection";
const hook = "gitlab:index/projectHook:ProjectHook";
let engine: Engine;
beforeAll(async () => {
  engine = await Engine.start(officialPlugin());
});
afterAll(() => engine.close());
const edition = (enterprise: boolean) => {
  engine.gitlab.answers["GET metadata"] = { status: 200, body: { version: "18.9.1", enterprise } };
};
beforeEach(() => edition(true));

const lists = {
  project: "1",
  branch: "main",
  allowedToPushes: [{ accessLevel: "no one" }],
  allowedToMerges: [{ accessLevel: "maintainer" }],
};
const roles = { project: "1", branch: "main", pushAccessLevel: "no one", mergeAccessLevel: "maintainer" };

test.each([
  ["lists", true, lists, []],
  ["lists", false, lists, ["allowedToPushes: feature", "allowedToMerges: feature"]],
  ["roles", true, roles, ["pushAccessLevel: use the lists", "mergeAccessLevel: use the lists"]],
  ["roles", false, roles, []],
] as const)("%s of a protected branch on an Enterprise Edition (%s)", async (_, enterprise, inputs, refused) => {
  edition(enterprise);
  const { failures } = await engine.check(protection, inputs);
  expect(failures).toEqual(refused.map((text) => expect.stringContaining(text)));
});

test.each([
  [{ project: "1" }, "url: a required property is missing"],
  [{ project: "1", url: "u", colour: "red" }, "colour: the schema has no such property"],
  [{ project: 1, url: "u" }, "project: 1 is no string"],
  [{ project: "1", url: "u", pushEvents: "yes" }, 'pushEvents: "yes" is no boolean'],
  [{ project: "1", url: "u", customHeaders: {} }, "customHeaders: {} is no list"],
])("inputs outside of the schema are refused: %j", async (inputs, failure) => {
  expect((await engine.check(hook, inputs)).failures).toContain(failure);
});

describe("a protected branch that is given in lists", () => {
  test("is created with these roles, and is unchanged afterwards", async () => {
    const { id, state } = await engine.create(protection, lists);
    expect(id).toBe("1:main");
    expect(engine.gitlab.requests.find(({ method }) => method === "POST")?.body).toMatchObject({
      push_access_level: 0,
      merge_access_level: 40,
    });
    expect(state).toMatchObject({ allowedToPushes: lists.allowedToPushes });
    expect((await engine.diff(protection, lists, lists, state)).changed).toEqual([]);
    // From roles, as our own plugin has recorded them, to lists nothing changes in GitLab.
    expect((await engine.diff(protection, roles, lists, roles)).changed).toEqual([]);
  });
});
