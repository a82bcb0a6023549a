import { readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BinFolder } from "../../../../packages/toolchain/bin-folder.js";
import { toolSources } from "../../../../packages/toolchain/tool-sources.js";
import { script, tempFolder } from "./temp-folder.js";

async function linked() {
  const folder = await tempFolder();
  const target = await script(join(folder, "tools", "etcd"), "echo 3.7.3");
  const bin = new BinFolder(join(folder, "bin"));
  await bin.link(new Map([["etcd", { from: "path", target, pins: "p" }]]));
  return { bin, target, entry: bin.read().etcd };
}

test("a tool stays accepted while nothing changed", async () => {
  const { bin, target, entry } = await linked();
  expect(await readlink(join(bin.folder, "etcd"))).toBe(target);
  expect(bin.valid("etcd", entry, "p", toolSources)).toBe(target);
});

test("another pin, another source, a changed or a missing file and a missing link are looked at again", async () => {
  const { bin, target, entry } = await linked();
  expect(bin.valid("etcd", entry, "q", toolSources)).toBeUndefined();
  expect(bin.valid("etcd", entry, "p", ["source"])).toBeUndefined();
  await writeFile(target, "#!/bin/sh\necho 3.4.0 # another one\n");
  expect(bin.valid("etcd", entry, "p", toolSources)).toBeUndefined();
  await rm(target);
  expect(bin.valid("etcd", entry, "p", toolSources)).toBeUndefined();
  const other = await linked();
  await rm(join(other.bin.folder, "etcd"));
  expect(other.bin.valid("etcd", other.entry, "p", toolSources)).toBeUndefined();
});

test("linking again replaces a link and leaves the others", async () => {
  const { bin, target } = await linked();
  const other = await script(join(bin.folder, "..", "other"), "");
  await bin.link(new Map([["kwok", { from: "source", target: other, pins: "p" }]]));
  await bin.link(new Map([["etcd", { from: "source", target: other, pins: "p" }]]));
  expect(bin.read()).toMatchObject({ etcd: { target: other, from: "source" }, kwok: { target: other } });
  expect(await readlink(join(bin.folder, "etcd"))).not.toBe(target);
});

test("an unreadable record is no record", async () => {
  const { bin } = await linked();
  await writeFile(join(bin.folder, "tools.json"), "{ half");
  expect(bin.read()).toEqual({});
});
