import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cacheRoot, ToolCache } from "../../../../packages/toolchain/cache.js";
import { tempFolder } from "./temp-folder.js";

const slot = { tool: "etcd", version: "3.7.3", origin: "source", key: "0123456789abcdef" } as const;

test.each([
  [{ TIMONIER_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "/c"],
  [{ XDG_CACHE_HOME: "/x" }, "/x/timonier"],
  [{ XDG_CACHE_HOME: "relative" }, "/home/me/.cache/timonier"],
  [{ TIMONIER_CACHE: "", XDG_CACHE_HOME: "" }, "/home/me/.cache/timonier"],
])("with %j the cache is %s", (env, root) => {
  expect(cacheRoot(env, "/home/me")).toBe(root);
});

test("a published binary is found and may be executed", async () => {
  // GIVEN
  const cache = new ToolCache(await tempFolder());
  expect(await cache.find(slot)).toBeUndefined();
  // WHEN
  const path = await cache.work("job", async (folder) => {
    await writeFile(join(folder, "out"), "binary", { mode: 0o600 });
    return cache.publish(slot, join(folder, "out"));
  });
  // THEN
  expect(await cache.find(slot)).toBe(path);
  expect(await readFile(path, "utf8")).toBe("binary");
  expect((await stat(path)).mode & 0o777).toBe(0o755);
  expect(await cache.find({ ...slot, key: "fedcba9876543210" })).toBeUndefined();
});

test("work leaves nothing, not even when it fails, and takes away what an interrupted one left", async () => {
  // GIVEN
  const cache = new ToolCache(await tempFolder());
  const left = join(cache.root, "tmp", "job", "work-old");
  await mkdir(left, { recursive: true });
  expect(await cache.unfinished()).toEqual(["job"]);
  // WHEN
  const failing = cache.work("job", async (folder) => {
    expect(existsSync(left)).toBe(false);
    await writeFile(join(folder, "half"), "ha");
    throw new Error("interrupted");
  });
  // THEN
  await expect(failing).rejects.toThrow("interrupted");
  expect(await readdir(join(cache.root, "tmp"))).toEqual([]);
});

test("an empty file is no binary", async () => {
  const cache = new ToolCache(await tempFolder());
  await mkdir(join(cache.path(slot), ".."), { recursive: true });
  await writeFile(cache.path(slot), "");
  expect(await cache.find(slot)).toBeUndefined();
});

test("a folder that cannot be made is reported with a fix", async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, "file"), "");
  await expect(new ToolCache(join(folder, "file")).lockFile("job")).rejects.toThrow(
    /not writable[\s\S]*TIMONIER_CACHE/,
  );
});
