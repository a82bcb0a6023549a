import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cachedDistribution } from "../../../../infra/flux/distribution.js";

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "flux-system" } };
const text = "# Flux Version: v2.9.4\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: flux-system\n";

let folder: string;
let flux: string;
let printed: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-flux-"));
  flux = join(folder, "flux");
  writeFileSync(flux, "program");
  printed = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ask = (...components: string[]) =>
  cachedDistribution(join(folder, "kept"), { flux, components }, async () => {
    printed++;
    return text;
  });

test("flux prints its manifests once; the bytes and the objects are the same afterwards", async () => {
  const first = await ask();
  expect(first).toEqual({ text, objects: [namespace] });
  expect(await ask()).toEqual(first);
  expect(printed).toBe(1);
});

test("other components are another text", async () => {
  await ask();
  await ask("source-controller");
  await ask("source-controller");
  expect(printed).toBe(2);
});

test("another flux in the same place is asked", async () => {
  await ask();
  utimesSync(flux, 1, 1);
  await ask();
  expect(printed).toBe(2);
});

test("what cannot be read is printed again", async () => {
  await ask();
  const [file = ""] = readdirSync(join(folder, "kept"));
  writeFileSync(join(folder, "kept", file), '{"text": "cut sho');
  expect(await ask()).toEqual({ text, objects: [namespace] });
  expect(printed).toBe(2);
});
