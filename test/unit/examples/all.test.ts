import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ApiObject } from "cdk8s";
import { Construct } from "constructs";
import { beforeAll, describe, expect, test } from "vitest";
import { buildExample, examples } from "../../../examples/all.js";
import { checkout } from "../../../packages/kit/state-folder.js";

const names = [...examples.keys()];
const snapshots = join(import.meta.dirname, "snapshots");
const read = (path: string) => readFileSync(join(checkout, path), "utf8");
const constructsOf = (name: string) => [...buildExample(examples.get(name) ?? (() => {})).node.findAll()];

/** Every class of constructs/ that an object can be, by its name. */
const classes = new Map<string, typeof Construct>();

beforeAll(async () => {
  for (const file of globSync("constructs/*.ts", { cwd: checkout })) {
    const exported: object = await import(pathToFileURL(join(checkout, file)).href);
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value === "function" && value.prototype instanceof Construct) classes.set(name, value);
    }
  }
});

/** Names of the classes of constructs/ that an example creates, without the base class of several. */
function usedBy(name: string): string[] {
  const used = new Set(constructsOf(name).map((one) => one.constructor));
  return [...classes].flatMap(([one, type]) => (used.has(type) ? [one] : [])).sort();
}

test("every construct is used by an example", () => {
  expect(classes.size).toBeGreaterThan(12);
  const created = names.flatMap(constructsOf);
  const unused = [...classes].filter(([, type]) => !created.some((one) => one instanceof type));
  expect(unused.map(([name]) => name)).toEqual([]);
});

test("every file of examples/ is an example, or part of the command", () => {
  const files = globSync("examples/*.ts", { cwd: checkout }).map((file) => basename(file, ".ts"));
  expect(files.sort()).toEqual([...names, "all", "command", "main"].sort());
});

test("the table of examples/README.md names every example and what it uses", () => {
  const rows = [...read("examples/README.md").matchAll(/^\| \[([\w-]+)\.ts\]\(\1\.ts\) \|.+\| (.+) \|$/gm)];
  const table = rows.map(([, name, used = ""]) => [name, used.split(", ").map((one) => one.replaceAll("`", ""))]);
  expect(table).toEqual(names.map((name) => [name, usedBy(name)]));
});

describe.each(names)("%s", (name) => {
  test("is short, and starts with what it shows and when a team wants it", () => {
    const text = read(`examples/${name}.ts`);
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(60);
    expect(text).toMatch(/^\/\/ .+\n(\/\/ .+\n)*\/\/\n\/\/ A team wants this .+\n/);
  });

  test("has a namespace in every object", () => {
    const objects = constructsOf(name).filter((one) => one instanceof ApiObject);
    expect(objects.filter(({ metadata }) => metadata.namespace === undefined)).toEqual([]);
  });

  test("synthesizes to the manifests of its snapshot", async () => {
    const example = examples.get(name) ?? (() => {});
    await expect(buildExample(example).synthYaml()).toMatchFileSnapshot(join(snapshots, `${name}.yaml`));
  });
});

test("every snapshot belongs to an example", () => {
  const files = names.map((name) => `${name}.yaml`);
  expect(readdirSync(snapshots).filter((file) => !files.includes(file))).toEqual([]);
});
