import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFolder } from "../../../../../simulators/gitlab/store/folder-lock.js";
import { openStore } from "../../../../../simulators/gitlab/store/store.js";
import { addUser } from "../support.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what was saved is there when it is opened again, for the owner only", async () => {
  const file = join(folder, "state.json");
  const store = openStore(file);
  addUser(store.state, "root");
  await store.save();
  expect(openStore(file).state.users[0]?.username).toBe("root");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a save that was asked for during a write holds what was changed until then", async () => {
  const file = join(folder, "state.json");
  const store = openStore(file);
  const saves = Array.from({ length: 50 }, (_, index) => {
    addUser(store.state, `u${index}`);
    return store.save().then(() => JSON.parse(readFileSync(file, "utf8")).users.length as number);
  });
  const seen = await Promise.all(saves);
  seen.forEach((length, index) => {
    expect(length).toBeGreaterThan(index);
  });
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("leftovers of an interrupted write go, and half a file is told of", () => {
  writeFileSync(join(folder, "state.json.123"), "{");
  writeFileSync(join(folder, "state.json"), "{");
  expect(() => openStore(join(folder, "state.json"))).toThrow(/cannot be read[\s\S]*state\.json/);
  expect(readdirSync(folder)).toEqual(["state.json"]);
});

test("a folder has one server; a dead one's lock is taken over", () => {
  const file = join(folder, "server.lock");
  writeFileSync(file, JSON.stringify({ pid: process.pid, started: "an earlier boot/1" }));
  const release = lockFolder(file);
  expect(() => lockFolder(file)).toThrow(/already serves this folder/);
  release();
  lockFolder(file)();
  expect(readdirSync(folder)).toEqual([]);
});
