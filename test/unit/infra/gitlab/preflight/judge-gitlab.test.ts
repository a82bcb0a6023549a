import { describe, expect, test } from "vitest";
import { stopAtFatal } from "../../../../../infra/finding.js";
import { featuresOf } from "../../../../../infra/gitlab/gitlab-instance.js";
import type { Facts, ProjectFacts, Wanted } from "../../../../../infra/gitlab/preflight/gitlab-facts.js";
import { judge } from "../../../../../infra/gitlab/preflight/judge-gitlab.js";
import { tierOf } from "../../../../../infra/gitlab/tier.js";

const now = Date.parse("2026-06-01T00:00:00Z");
const wanted: Wanted = {
  namespace: "team",
  createNamespace: false,
  repositories: ["setup"],
  branch: "main",
  visibility: "private",
  cluster: "staging",
  deletedProject: "leave",
  tier: "auto",
  webhookUrl: undefined,
};
const project: ProjectFacts = {
  state: "project",
  id: 7,
  path: "team/setup",
  owner: "this",
  archived: false,
  empty: false,
  defaultBranch: "main",
  hasBranch: true,
  level: 40,
};
const facts: Facts = {
  url: "https://gitlab.example",
  version: "18.1.0",
  tier: "free",
  token: { name: "ci", scopes: ["api"], expiresAt: "2026-12-01" },
  user: { id: 1, username: "ada", admin: false, mayCreateGroups: true },
  namespace: {
    ...{ id: 3, path: "team", kind: "group", role: "itself", ours: false, visibility: "private" },
    ...{ level: 40, projectLevel: 30, groupLevel: 40 },
  },
  namespacePath: "team",
  localWebhooks: undefined,
  immediateDeletion: undefined,
  repositories: new Map([["setup", project]]),
};

const found = (changed: Partial<Facts>, asked: Partial<Wanted> = {}) =>
  judge({ ...facts, ...changed }, { ...wanted, ...asked }, now)
    .filter(({ level }) => level !== "ok")
    .map(({ subject, level, message }) => `${subject}: ${level}: ${message}`);
const namespace = (changed: object) => ({ namespace: { ...facts.namespace, ...changed } as Facts["namespace"] });
const repository = (changed: object) => ({ repositories: new Map([["setup", { ...project, ...changed }]]) });

test("what is as it should be is all ok", () => {
  expect(found({})).toEqual([]);
});

describe("the token", () => {
  test.each([
    ["2026-06-15", []],
    ["2026-06-14", ['token: warning: "ci" of ada expires on 2026-06-14, in 13 days']],
    ["2026-06-02", ['token: warning: "ci" of ada expires on 2026-06-02, in 1 day']],
    [undefined, []],
  ])("that expires on %s", (expiresAt, expected) => {
    expect(found({ token: { ...facts.token, expiresAt } })).toEqual(expected);
  });

  test("needs the scope api", () => {
    expect(found({ token: { ...facts.token, scopes: ["read_api"] } })).toEqual([
      "token's scopes: fatal: the token has read_api, and projects, protection and tokens need api",
    ]);
  });
});

describe("the licence", () => {
  test("that is not shown to the token is told, and so is a trial's limit", () => {
    expect(found({ tier: "unknown" })).toEqual([
      "GitLab: warning: https://gitlab.example, version 18.1.0; its licence is hidden from this token, so features of Premium are not used",
    ]);
    expect(found({ tier: "trial" })[0]).toMatch(/a trial allows one project access token/);
  });

  test.each<[Parameters<typeof tierOf>, string]>([
    [[{ plan: "free" }, undefined, false], "free"],
    [[{ plan: "ultimate" }, undefined, false], "premium"],
    [[{ plan: "ultimate_trial" }, undefined, true], "trial"],
    [[{ plan: "premium", trial: true }, undefined, true], "trial"],
    [[{ plan: "ultimate_trial_paid_customer", trial: true }, undefined, true], "premium"],
    [[{}, undefined, true], "premium"],
    [[{}, { plan: "premium" }, false], "premium"],
    [[{}, { plan: "starter" }, false], "free"],
    // A maintainer's token is shown neither plan nor settings.
    [[{}, undefined, false], "unknown"],
    [[undefined, undefined, false], "unknown"],
  ])("%j is %s", (answers, tier) => expect(tierOf(...answers)).toBe(tier));

  test("decides what is made", () => {
    const features = (tier: Facts["tier"]) => featuresOf(tier, "https://gitlab.com");
    expect(features("premium")).toEqual({ approvals: true, projectTokens: true, levelLists: false });
    expect(features("trial")).toEqual({ approvals: true, projectTokens: false, levelLists: false });
    expect(features("unknown")).toEqual({ approvals: false, projectTokens: false, levelLists: false });
    expect(featuresOf("unknown", "https://gitlab.example").projectTokens).toBe(true);
  });
});

describe("a deletion that waits", () => {
  const deleted = { id: 9, path: "team/setup-deletion_scheduled-9", since: "2026-05-30", holdsPath: false, topics: [] };
  const waiting = { repositories: new Map([["setup", { state: "free" as const, deleted }]]) };

  test.each([
    [false, "fatal"],
    [true, "warning"],
    [undefined, "warning"],
  ])("is purged where GitLab deletes at once: %s", (immediateDeletion, level) => {
    const lines = found({ ...waiting, immediateDeletion }, { deletedProject: "purge" });
    expect(lines).toEqual([expect.stringContaining(`: ${level}: `)]);
  });
});

describe("the namespace", () => {
  test("that is not there", () => {
    expect(found({ namespace: undefined, repositories: new Map() })).toEqual([
      "namespace team: fatal: there is no such group or user, or the token's user is not a member of it",
    ]);
  });
  test("that is to be created at the top: by a user who may, and not on gitlab.com", () => {
    const made = { namespace: undefined, repositories: new Map() };
    expect(found(made, { createNamespace: true })).toEqual([]);
    expect(found({ ...made, url: "https://gitlab.com" }, { createNamespace: true })).toEqual([
      "namespace team: fatal: gitlab.com creates top-level groups in its pages only",
    ]);
    const user = { ...facts.user, mayCreateGroups: false };
    expect(found({ ...made, user }, { createNamespace: true })).toHaveLength(1);
  });
  test("where the role is too low, or no role is sufficient", () => {
    expect(found(namespace({ level: 20 }))[0]).toMatch(
      /ada is Reporter of team; creating projects there requires Developer/,
    );
    expect(found(namespace({ projectLevel: undefined }))[0]).toMatch(/no one may create projects/);
    expect(found(namespace({ role: "parent", groupLevel: 50 }))[0]).toMatch(/creating subgroups there requires Owner/);
  });
  test("that is less visible than the repositories", () => {
    expect(found({}, { visibility: "internal" })).toEqual([
      "visibility: fatal: repositories cannot be internal in a group that is private",
    ]);
    expect(found(namespace({ visibility: "public" }), { visibility: "public" })).toEqual([]);
  });
});

describe("the webhook's address", () => {
  test.each([
    ["https://flux.example.org", undefined, []],
    ["https://10.1.2.3", true, []],
    ["https://10.1.2.3", false, ["fatal"]],
    ["https://flux.internal", false, ["fatal"]],
    ["https://100.64.0.9", false, ["fatal"]],
    ["https://169.254.1.1", false, ["fatal"]],
    ["https://[fe80::1]", false, ["fatal"]],
    ["https://[fd12::1]:8443", undefined, ["warning"]],
    ["https://[::ffff:10.0.0.1]", false, ["fatal"]],
    ["https://fd.example.org", false, []],
    ["https://100.128.0.1", false, []],
    ["https://192.168.1.9:8443", undefined, ["warning"]],
    ["http://flux.example.org", undefined, ["warning"]],
  ])("%s, where private ones are allowed: %s", (webhookUrl, localWebhooks, expected) => {
    expect(found({ localWebhooks }, { webhookUrl }).map((line) => line.split(": ")[1])).toEqual(expected);
  });
  test("gitlab.com never calls private ones", () => {
    expect(found({ url: "https://gitlab.com" }, { webhookUrl: "https://localhost" })[0]).toMatch(/fatal/);
  });
});

describe("a repository", () => {
  test.each([
    [{ archived: true }, "is archived: nothing can be changed in it"],
    [{ level: 30 }, "ada is Developer of it; protection and tokens require Maintainer"],
    [{ hasBranch: false, defaultBranch: "master" }, "has commits but no branch main; its default branch is master"],
  ])("%j", (changed, message) => {
    expect(found(repository(changed))).toEqual([`repository team/setup: fatal: ${message}`]);
  });
  test("that is empty needs no branch", () => {
    expect(found(repository({ empty: true, hasBranch: false }))).toEqual([]);
  });
  test("whose path an older GitLab keeps for a project that is scheduled for deletion", () => {
    const deleted = { id: 5, path: "team/setup", since: "2026-05-30", holdsPath: true, topics: [] };
    const repositories: Facts["repositories"] = new Map([["setup", { state: "free", deleted }]]);
    expect(found({ repositories })[0]).toMatch(/fatal: project 5 .* occupies the path until then/);
    expect(found({ repositories }, { deletedProject: "restore" })).toEqual([]);
  });
});

test("the first fatal finding is the error, warnings are none", () => {
  const warning = { subject: "a", level: "warning", message: "b" } as const;
  expect(() => stopAtFatal([warning])).not.toThrow();
  const fatal = { subject: "c", level: "fatal", message: "d", fix: "e" } as const;
  expect(() => stopAtFatal([warning, fatal, { ...fatal, message: "later" }])).toThrow("d\n  where: c\n  fix:   e");
});
