import { expect, test } from "vitest";
import { existingRepositories } from "../../../../infra/gitlab/existing.js";
import type { Facts, Wanted } from "../../../../infra/gitlab/preflight/gitlab-facts.js";
import type { GitLab } from "../../../../packages/kit/gitlab-client.js";
import { GitLabError } from "../../../../packages/kit/gitlab-error.js";

test.each([400, 403])("a purge that GitLab refuses (%i) says what else there is", async (status) => {
  const deleted = { id: 9, path: "team/setup-deletion_scheduled-9", since: "2026-11-29", holdsPath: false, topics: [] };
  const facts = { repositories: new Map([["setup", { state: "free", deleted }]]) } as unknown as Facts;
  const refused = Object.assign(Object.create(GitLabError.prototype), { status });
  const client = { requester: { delete: () => Promise.reject(refused) } } as unknown as GitLab;
  const wanted = { deletedProject: "purge", cluster: "west" } as Wanted;
  await expect(existingRepositories(client, facts, wanted, () => {})).rejects.toMatchObject({
    what: "this GitLab does not delete at once what waits for its deletion",
    where: "team/setup-deletion_scheduled-9",
    fix: expect.stringContaining("deletedProject restore"),
  });
});
