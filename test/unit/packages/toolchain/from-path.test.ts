import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SHELL_BIN } from "../../../../packages/kit/state-folder.js";
import { findOnPath } from "../../../../packages/toolchain/from-path.js";
import { tools } from "../../../../packages/toolchain/tools.js";
import { script, tempFolder } from "./temp-folder.js";

const PATH = (...folders: string[]) => ({ PATH: [...folders, "/usr/bin", "/bin"].join(":") });

test("takes the first tool on PATH whose version fits", async () => {
  // GIVEN
  const folder = await tempFolder();
  await script(join(folder, "old", "etcd"), "echo 'etcd Version: 3.4.1'");
  const fitting = await script(join(folder, "new", "etcd"), "echo 'etcd Version: 3.6.5'");
  // WHEN
  const look = await findOnPath(tools.etcd, PATH(join(folder, "old"), join(folder, "new")), []);
  // THEN
  expect(look).toEqual({ path: fitting, version: "3.6.5" });
});

test("says which versions it found and which it wants", async () => {
  const folder = await tempFolder();
  const old = await script(join(folder, "etcd"), "echo 'etcd Version: 3.4.1'");
  expect(await findOnPath(tools.etcd, { PATH: folder }, [])).toEqual({
    reason: `${old} is 3.4.1, expected >=3.6.0 <4.0.0`,
  });
});

test("a tool that fails or says nothing is no find", async () => {
  const folder = await tempFolder();
  const failing = await script(join(folder, "etcd"), "echo 'etcd Version: 3.6.5'; exit 1");
  expect(await findOnPath(tools.etcd, PATH(folder), [])).toEqual({ reason: `${failing} does not print its version` });
});

test("a tool that hangs is given up after three seconds", { timeout: 10_000 }, async () => {
  // GIVEN
  const folder = await tempFolder();
  await script(join(folder, "etcd"), "exec sleep 60");
  // WHEN
  const start = Date.now();
  const look = await findOnPath(tools.etcd, PATH(folder), []);
  // THEN
  expect(look).toMatchObject({ reason: expect.stringContaining("does not print its version") });
  expect(Date.now() - start).toBeLessThan(5_000);
});

test("own folders are skipped, and links into them", async () => {
  // GIVEN
  const folder = await tempFolder();
  const cached = await script(join(folder, "cache", "etcd"), "echo 'etcd Version: 3.7.3'");
  await script(join(folder, "bin", "etcd"), "echo 'etcd Version: 3.7.3'");
  await script(join(folder, "elsewhere", "other"), "");
  await symlink(cached, join(folder, "elsewhere", "etcd"));
  const env = { PATH: [join(folder, "bin"), join(folder, "elsewhere"), "."].join(":") };
  // WHEN, THEN
  expect(await findOnPath(tools.etcd, env, [join(folder, "bin"), join(folder, "cache")])).toEqual({
    reason: "not found",
  });
  expect(await findOnPath(tools.etcd, { ...env, PATH: `${env.PATH}:/bin` }, [join(folder, "bin")])).toMatchObject({
    version: "3.7.3",
  });
});

test("what another checkout's `timonier env` puts before a tool is not the tool", async () => {
  const folder = join(await tempFolder(), SHELL_BIN);
  await script(join(folder, "etcd"), "echo 'etcd Version: 3.7.3'");
  expect(await findOnPath(tools.etcd, { PATH: folder }, [])).toEqual({ reason: "not found" });
});

test("a tool that does not print its version is not used", async () => {
  const folder = await tempFolder();
  await script(join(folder, "source-controller"), "echo 1.9.4");
  expect(await findOnPath(tools["source-controller"], PATH(folder), [])).toMatchObject({
    reason: expect.stringContaining("not used"),
  });
});
