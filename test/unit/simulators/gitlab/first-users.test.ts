import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seedUsers } from "../../../../simulators/gitlab/first-users.js";
import { checkToken } from "../../../../simulators/gitlab/http/auth.js";
import { layoutOf } from "../../../../simulators/gitlab/layout.js";
import { newState } from "./support.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-seed-"));
  writeFileSync(join(folder, "root-token"), "root-value\n");
  writeFileSync(join(folder, "maintainer-token"), "maintainer-value\n");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = new Date("2026-01-01T00:00:00Z");
const value = () => readFileSync(join(folder, "root-token"), "utf8").trim();

test("the first start makes the administrator and the maintainer with the tokens of their files", async () => {
  const state = newState();
  await seedUsers(state, layoutOf(folder), now);
  await seedUsers(state, layoutOf(folder), now);
  expect(state.users.map(({ id, username, admin }) => [id, username, admin])).toEqual([
    [1, "root", true],
    [2, "maintainer", false],
  ]);
  expect(state.tokens).toHaveLength(2);
  expect(checkToken(state, "root-value", now)).toMatchObject({
    ok: true,
    caller: { token: { expiresAt: "2027-01-01" } },
  });
});

test("a token that nears its end is replaced in its file, and works on until then", async () => {
  const state = newState();
  await seedUsers(state, layoutOf(folder), now);
  const later = new Date("2026-12-15T00:00:00Z");
  await seedUsers(state, layoutOf(folder), later);
  expect(value()).not.toBe("root-value");
  expect(checkToken(state, value(), later).ok).toBe(true);
  expect(checkToken(state, "root-value", later).ok).toBe(true);
  expect(checkToken(state, "root-value", new Date("2027-01-01T00:00:00Z")).ok).toBe(false);
});
