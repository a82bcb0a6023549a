import { expect, test } from "vitest";
import { existingRepositories } from "../../../../infra/gitlab/existing-repositories.js";
import type { Facts, RepositoryFacts } from "../../../../infra/gitlab/preflight/gitlab-facts.js";

const path = "team/setup-deletion_scheduled-9";
const deleted = { id: 9, path, since: "2026-11-29", holdsPath: false, topics: ["timonier-west"] };
const found = (repository: RepositoryFacts, deletedProject: "leave" | "restore" | "purge") => {
  const facts: Pick<Facts, "repositories"> = { repositories: new Map([["setup", repository]]) };
  return existingRepositories(facts, { deletedProject, cluster: "west" }).get("setup");
};

test.each([
  ["leave", undefined],
  ["restore", { id: 9, owner: "this", scheduled: { path, action: "restore" } }],
  ["purge", { id: 9, owner: "this", scheduled: { path, action: "purge" } }],
] as const)("a project that is scheduled for deletion: %s", (deletedProject, expected) => {
  expect(found({ state: "free", deleted }, deletedProject)).toEqual(expected);
});

test("a project that is there has no action, and a free path nothing", () => {
  const project = { state: "project", id: 7, owner: "people" } as RepositoryFacts;
  expect(found(project, "purge")).toEqual({ id: 7, owner: "people" });
  expect(found({ state: "free", deleted: undefined }, "restore")).toBeUndefined();
});
