import { describe, expect, test } from "vitest";
import {
  canMerge,
  canPush,
  decidePush,
  protectDefaultBranch,
  roleAccess,
  zeroId,
} from "../../../../../simulators/gitlab/model/protection.js";
import { addMember, addProject, addUser, newState } from "../support.js";

const [one, two] = ["1".repeat(40), "2".repeat(40)];
const change = (branch: string, before = one, after = two) => ({ ref: `refs/heads/${branch}`, before, after });

function world(push: number, merge: number, wish: { name?: string; force?: boolean } = {}) {
  const state = newState();
  const admin = addUser(state, "root", { admin: true });
  const project = addProject(state, "app", admin.namespaceId);
  const roles = {
    developer: addUser(state, "developer"),
    maintainer: addUser(state, "maintainer"),
    reporter: addUser(state, "reporter"),
  };
  addMember(state, project, roles.reporter, 20);
  addMember(state, project, roles.developer, 30);
  addMember(state, project, roles.maintainer, 40);
  state.protectedBranches.push({
    id: 1,
    projectId: project.id,
    name: wish.name ?? "main",
    push: [roleAccess(state, push)],
    merge: [roleAccess(state, merge)],
    unprotect: [],
    allowForcePush: wish.force ?? false,
    codeOwnerApprovalRequired: false,
  });
  return { state, project, admin, ...roles };
}

describe("a protected branch", () => {
  test("that nobody may push to refuses administrators as well, and lets maintainers merge", () => {
    const { state, project, admin, maintainer, developer } = world(0, 40);
    expect(canPush(state, admin, project, "main")).toBe(false);
    expect(canPush(state, maintainer, project, "main")).toBe(false);
    expect(canMerge(state, maintainer, project, "main")).toBe(true);
    expect(canMerge(state, developer, project, "main")).toBe(false);
  });

  test("leaves other branches to developers, and nothing to reporters", () => {
    const { state, project, developer, reporter } = world(40, 40);
    expect(canPush(state, developer, project, "feature")).toBe(true);
    expect(canPush(state, reporter, project, "feature")).toBe(false);
  });

  test("refuses a push with GitLab's words", () => {
    const { state, project, developer } = world(40, 40);
    expect(
      decidePush(state, developer, project, { changes: [change("feature"), change("main")], empty: false }),
    ).toEqual({
      allowed: false,
      message: "You are not allowed to push code to protected branches on this project.",
    });
  });

  test("moves only forward unless force pushes are allowed", () => {
    const { state, project, maintainer } = world(40, 40);
    expect(decidePush(state, maintainer, project, { changes: [change("main"), change("x")], empty: false })).toEqual({
      allowed: true,
      forwardOnly: ["refs/heads/main"],
    });
    const free = world(40, 40, { force: true });
    expect(decidePush(free.state, free.maintainer, free.project, { changes: [change("main")], empty: false })).toEqual({
      allowed: true,
      forwardOnly: [],
    });
  });

  test("cannot be deleted by Git, and the default branch not at all", () => {
    const { state, project, maintainer, developer } = world(40, 40, { name: "release/*" });
    const gone = (user: typeof maintainer, branch: string) =>
      decidePush(state, user, project, { changes: [change(branch, one, zeroId)], empty: false });
    expect(gone(maintainer, "main")).toMatchObject({ message: "The default branch of a project cannot be deleted." });
    expect(gone(maintainer, "release/1")).toMatchObject({
      message: "You can only delete protected branches using the web interface.",
    });
    expect(gone(developer, "release/1")).toMatchObject({
      message: expect.stringContaining("Only a project maintainer or owner"),
    });
    expect(gone(developer, "feature")).toMatchObject({ allowed: true });
  });

  test("takes the most generous of several rules that fit", () => {
    const { state, project, developer } = world(0, 0, { name: "*" });
    expect(canPush(state, developer, project, "main")).toBe(false);
    const [everywhere] = state.protectedBranches;
    if (everywhere) state.protectedBranches.push({ ...everywhere, id: 2, name: "main", push: [roleAccess(state, 30)] });
    expect(canPush(state, developer, project, "main")).toBe(true);
  });
});

test("refs beside branches and tags are not for pushing, and only maintainers move tags", () => {
  const { state, project, developer, maintainer } = world(40, 40);
  const push = (user: typeof developer, ref: string, before: string) =>
    decidePush(state, user, project, { changes: [{ ref, before, after: two }], empty: false }).allowed;
  expect(push(maintainer, "refs/merge-requests/1/head", zeroId)).toBe(false);
  expect(push(developer, "refs/tags/v1", zeroId)).toBe(true);
  expect(push(developer, "refs/tags/v1", one)).toBe(false);
  expect(push(maintainer, "refs/tags/v1", one)).toBe(true);
});

test("the default branch of a new project is for maintainers to make, and protected once", () => {
  // GIVEN
  const state = newState();
  const project = addProject(state, "app", 99, { protectionPending: true });
  const [developer, maintainer] = [addUser(state, "d"), addUser(state, "m")];
  addMember(state, project, developer, 30);
  addMember(state, project, maintainer, 40);
  // THEN
  expect(decidePush(state, developer, project, { changes: [change("main", zeroId)], empty: true })).toMatchObject({
    message: expect.stringContaining("does not yet exist"),
  });
  expect(decidePush(state, maintainer, project, { changes: [change("main", zeroId)], empty: true })).toMatchObject({
    allowed: true,
  });
  // WHEN
  protectDefaultBranch(state, project);
  protectDefaultBranch(state, project);
  expect(state.protectedBranches.map((rule) => rule.name)).toEqual(["main"]);
});

test("nobody pushes to an archived project", () => {
  const { state, project, admin } = world(40, 40);
  project.archived = true;
  expect(canPush(state, admin, project, "feature")).toBe(false);
  expect(canMerge(state, admin, project, "main")).toBe(false);
});
