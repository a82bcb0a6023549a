import { expect, test } from "vitest";
import type { ExistingRepository } from "../../../../../infra/gitlab/gitlab-instance.js";
import { adoptionOf } from "../../../../../infra/gitlab/repository/adoption.js";

const scheduled = (action: "restore" | "purge") => ({ path: "team/setup-deletion_scheduled-9", action });
const imported = { import: "9", ignoreChanges: ["*"] };

test.each<[string, ExistingRepository | undefined, boolean, object]>([
  ["nothing is there", undefined, false, { project: { protect: true }, managed: true }],
  ["the stack's own", { id: 9, owner: "this" }, true, { project: { protect: true }, managed: true }],
  [
    "the stack's own, whose state may be lost",
    { id: 9, owner: "this" },
    false,
    { project: { ...imported, protect: true, retainOnDelete: false }, managed: true },
  ],
  [
    "the stack's own, to be restored",
    { id: 9, owner: "this", scheduled: scheduled("restore") },
    true,
    { project: { ...imported, protect: true, retainOnDelete: false }, managed: true },
  ],
  [
    "anyone's, to be purged",
    { id: 9, owner: "people", scheduled: scheduled("purge") },
    true,
    { project: { protect: true }, managed: true },
  ],
  [
    "people's",
    { id: 9, owner: "people" },
    true,
    { project: { ...imported, protect: false, retainOnDelete: true }, managed: true },
  ],
  [
    "another stack's",
    { id: 9, owner: "another" },
    true,
    { project: { ...imported, protect: false, retainOnDelete: true }, managed: false },
  ],
])("%s", (_, there, isRecorded, expected) => {
  expect(adoptionOf(there, { protect: true, isRecorded })).toEqual({ ...expected, guard: { retainOnDelete: true } });
});

test("the protection of an own branch is deleted with a repository that is not protected", () => {
  expect(adoptionOf(undefined, { protect: false, isRecorded: true }).guard).toEqual({});
});
