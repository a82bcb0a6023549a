import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { examples } from "../../../examples/all.js";
import { synthesizeExamples } from "../../../examples/command.js";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "timonier-examples-"));
  folder = join(parent, "dist", "examples");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

test("the manifests of one example are printed, and nothing is written", async () => {
  const text = await synthesizeExamples(["web-server-and-service"], folder);
  expect(text).toMatch(/^apiVersion: apps\/v1\nkind: Deployment\n[\s\S]+\n---\napiVersion: v1\nkind: Service\n/);
  expect(existsSync(folder)).toBe(false);
});

test("without a name every example is written, and a file of before is deleted", async () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "renamed.yaml"), "");
  const printed = await synthesizeExamples([], folder);
  const files = [...examples.keys()].map((name) => `${name}.yaml`);
  expect(readdirSync(folder).sort()).toEqual(files);
  expect(printed.trimEnd().split("\n")).toEqual(files.map((file) => join(folder, file)));
  const written = readFileSync(join(folder, "web-server-and-service.yaml"), "utf8");
  expect(written).toBe(await synthesizeExamples(["web-server-and-service"], folder));
});

test.each([
  ["web-server-and-servise", "did you mean web-server-and-service?"],
  ["x", "use one of: alerts-to-gitlab, "],
])("the example %s does not exist: an error names the ones that do", async (name, fix) => {
  const error = await synthesizeExamples([name], folder).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "UserError", what: `example ${name} does not exist`, where: "examples/" });
  expect(error.fix).toContain(fix);
});
