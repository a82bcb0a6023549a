import { expect, test } from "vitest";
import { checkDeployToken, checkToken, revokeFamily } from "../../../../simulators/gitlab/http/auth.js";
import { digest } from "../../../../simulators/gitlab/model/secrets.js";
import {
  addResourceToken,
  addToken,
  isActive,
  revokeToken,
  rotateToken,
  tokenLevel,
} from "../../../../simulators/gitlab/tokens.js";
import { addProject, addUser, newState } from "./support.js";

const now = new Date("2026-01-01T12:00:00Z");

function bot() {
  const state = newState();
  const by = addUser(state, "root", { admin: true });
  const project = addProject(state, "app", by.namespaceId);
  const wish = { name: "notes", scopes: ["api"], expiresAt: "2026-02-01" };
  const bot = { level: 20, createdBy: by, host: "localhost", now };
  const made = addResourceToken(state, { kind: "project", id: project.id }, wish, bot);
  return { state, project, ...made };
}

test("values are never kept, only their digests", () => {
  const { state, value } = bot();
  expect(JSON.stringify(state)).not.toContain(value);
  expect(checkToken(state, value, now)).toMatchObject({ ok: true });
});

test("a project token acts through a bot with its own role", () => {
  const { state, token } = bot();
  expect(state.users.at(-1)).toMatchObject({
    bot: true,
    username: expect.stringMatching(/^project_1_bot_[0-9a-f]{32}$/),
  });
  expect(tokenLevel(state, token)).toBe(20);
});

test("rotation keeps the user, changes the id and ends the old value at once", () => {
  const { state, token, value } = bot();
  const next = rotateToken(state, token, "2026-03-01", now);
  expect(next.token).toMatchObject({ userId: token.userId, name: "notes", scopes: ["api"], expiresAt: "2026-03-01" });
  expect(next.token.id).not.toBe(token.id);
  expect(checkToken(state, value, now)).toMatchObject({ ok: false, revoked: token });
  expect(checkToken(state, next.value, now)).toMatchObject({ ok: true });
  expect(() => rotateToken(state, token, undefined, now)).toThrow(/already revoked/);
});

test("a revoked token that comes back takes its whole family with it", () => {
  const { state, token } = bot();
  const second = rotateToken(state, token, undefined, now);
  const third = rotateToken(state, second.token, undefined, now);
  revokeFamily(state, token);
  expect(isActive(third.token, now)).toBe(false);
});

test("a token works until the day it expires", () => {
  const { state, value } = bot();
  expect(checkToken(state, value, new Date("2026-01-31T23:59:59Z"))).toMatchObject({ ok: true });
  expect(checkToken(state, value, new Date("2026-02-01T00:00:00Z"))).toMatchObject({
    ok: false,
    problem: { status: 401 },
  });
});

test("revoking the last token of a bot takes its role away", () => {
  const { state, token } = bot();
  revokeToken(state, token);
  expect(tokenLevel(state, token)).toBe(0);
});

test("a blocked user's token does not work", () => {
  const state = newState();
  const user = addUser(state, "u");
  const wish = { name: "t", scopes: ["api"], expiresAt: null };
  addToken(state, user, wish, { owner: { kind: "user" }, value: "secret", now });
  expect(checkToken(state, "secret", now).ok).toBe(true);
  user.state = "blocked";
  expect(checkToken(state, "secret", now).ok).toBe(false);
});

test("a deploy token wants its own user name", () => {
  const state = newState();
  const token = {
    id: 1,
    owner: { kind: "project", id: 1 },
    name: "t",
    username: "flux",
    scopes: ["read_repository"],
    createdAt: "",
    expiresAt: "2026-01-02T00:00:00.000Z",
    revoked: false,
  } as const;
  state.deployTokens.push({ ...token, digest: digest("v") });
  expect(checkDeployToken(state, "flux", "v", now)).toBeDefined();
  expect(checkDeployToken(state, "git", "v", now)).toBeUndefined();
  expect(checkDeployToken(state, "flux", "v", new Date("2026-01-02T00:00:00Z"))).toBeUndefined();
});
