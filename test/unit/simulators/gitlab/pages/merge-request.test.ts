import { afterAll, beforeAll, expect, test } from "vitest";
import { type InProcess, inProcess } from "../in-process.js";

let gitlab: InProcess;
let project: number;
beforeAll(async () => {
  gitlab = await inProcess();
  project = await gitlab.project("app");
  await gitlab.api("PUT", `/projects/${project}`, { visibility: "public", description: "What runs" });
});
afterAll(() => gitlab.close());

/** A page's text, as a visitor who is not signed in sees it. */
async function page(path: string): Promise<string> {
  const { status, body } = await gitlab.send("GET", `/root/app${path}`, undefined, { token: null });
  expect([path, status]).toEqual([path, 200]);
  return body.replace(/\s+/g, " ");
}

test("GIVEN people, pushes and a merge THEN the page of a merge request shows them", async () => {
  const [ana, bo] = [gitlab.user("ana", { name: "Ana" }), gitlab.user("bo", { name: "Bo" })];
  for (const { id } of [ana, bo])
    await gitlab.api("POST", `/projects/${project}/members`, { user_id: id, access_level: 30 });
  await gitlab.commit(project, "topic", { a: "" }, { start_branch: "main" });
  const path = `/projects/${project}/merge_requests`;
  await gitlab.api("POST", path, {
    source_branch: "topic",
    target_branch: "main",
    title: "Add a",
    description: "- [ ] open\n- [x] done",
    assignee_id: ana.id,
    reviewer_ids: [bo.id],
  });
  const open = await page("/-/merge_requests/1");
  expect(open).toContain("wants to merge");
  expect(open).toMatch(/Assignees:.*Ana.*Reviewers:.*Bo/);
  expect(open).toContain('aria-label="Task, not done"');
  expect(await page("/-/merge_requests")).toMatch(/Assignees: Ana.*Reviewers: Bo/);
  await gitlab.commit(project, "topic", { b: "" });
  await gitlab.api("POST", `${path}/1/approve`, {}, { token: bo.token });
  await gitlab.api("PUT", `${path}/1/merge`);
  const merged = await page("/-/merge_requests/1");
  expect(merged).not.toContain("wants to merge");
  for (const words of [
    "asked to merge",
    "opened this merge request",
    "The source branch moved to",
    "approved this",
    "merged this",
  ])
    expect(merged).toContain(words);
});

test.each(["", "/-/tree/main", "/-/blob/main/README.md", "/-/commits/main", "/-/branches", "/-/merge_requests"])(
  "every page has one heading of its own: %j",
  async (path) => {
    expect((await page(path)).replace(/<div class="markdown".*/, "").match(/<h1/g)).toHaveLength(1);
  },
);

test("what scrolls is reached by the keyboard", async () => {
  expect(await page("/-/blob/main/README.md?plain=1")).toMatch(/<section[^>]*class="scroll"[^>]*tabindex="0"/);
});
