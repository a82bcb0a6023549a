import { describe, expect, test } from "vitest";
import {
  canReadCode,
  canSeeGroup,
  canSeeProject,
  groupLevel,
  projectLevel,
} from "../../../../../simulators/gitlab/model/membership.js";
import { addGroup, addMember, addProject, addUser, newState } from "../support.js";

function world() {
  const state = newState();
  const admin = addUser(state, "root", { admin: true });
  const [owner, other] = [addUser(state, "owner"), addUser(state, "other")];
  const parent = addGroup(state, "parent");
  const child = addGroup(state, "child", { parentId: parent.id });
  return { state, admin, owner, other, parent, child };
}

describe("a user's role in a project", () => {
  test("is owner in her own namespace, and for administrators everywhere", () => {
    const { state, admin, owner, other } = world();
    const project = addProject(state, "app", owner.namespaceId);
    expect(projectLevel(state, owner, project)).toBe(50);
    expect(projectLevel(state, admin, project)).toBe(50);
    expect(projectLevel(state, other, project)).toBe(0);
    expect(projectLevel(state, undefined, project)).toBe(0);
  });

  test("comes from the groups above, the highest one counting", () => {
    // GIVEN
    const { state, other, parent, child } = world();
    const project = addProject(state, "app", child.id);
    // WHEN
    addMember(state, parent, other, 40);
    addMember(state, project, other, 20);
    // THEN
    expect(projectLevel(state, other, project)).toBe(40);
    expect(groupLevel(state, other, child)).toBe(40);
  });

  test("ends on the day a membership expires, and when the user is blocked", () => {
    const { state, other, child } = world();
    const project = addProject(state, "app", child.id);
    addMember(state, project, other, 30, "2026-06-01");
    expect(projectLevel(state, other, project, new Date("2026-05-31T23:59:59Z"))).toBe(30);
    expect(projectLevel(state, other, project, new Date("2026-06-01T00:00:00Z"))).toBe(0);
    other.state = "blocked";
    expect(projectLevel(state, other, project, new Date("2026-05-01T00:00:00Z"))).toBe(0);
  });

  test("through an invited group is the lower one of both", () => {
    const { state, owner, other, child } = world();
    const project = addProject(state, "app", owner.namespaceId);
    addMember(state, child, other, 40);
    state.shares.push({ projectId: project.id, groupId: child.id, accessLevel: 20, expiresAt: null });
    expect(projectLevel(state, other, project)).toBe(20);
  });
});

describe("what is visible", () => {
  test.each([
    ["private", false, false],
    ["internal", false, true],
    ["public", true, true],
  ] as const)("a %s project is seen by strangers: %s, by users without a role: %s", (visibility, strangers, users) => {
    const { state, owner, other } = world();
    const project = addProject(state, "app", owner.namespaceId, { visibility });
    expect(canSeeProject(state, undefined, project)).toBe(strangers);
    expect(canSeeProject(state, other, project)).toBe(users);
    expect(canReadCode(state, other, project)).toBe(users);
  });

  test("a guest sees a private project, but not its code", () => {
    const { state, owner, other } = world();
    const project = addProject(state, "app", owner.namespaceId);
    addMember(state, project, other, 10);
    expect(canSeeProject(state, other, project)).toBe(true);
    expect(canReadCode(state, other, project)).toBe(false);
  });

  test("a member of a project sees the groups around it", () => {
    const { state, other, parent, child } = world();
    const project = addProject(state, "app", child.id);
    expect(canSeeGroup(state, other, parent)).toBe(false);
    addMember(state, project, other, 20);
    expect(canSeeGroup(state, other, parent)).toBe(true);
  });
});
