import { describe, expect, test } from "vitest";
import { commandKind, renderDurations } from "../../support/durations.js";

describe("the kind of a command", () => {
  test.each([
    ["/usr/bin/node", ["cli/timonier.mjs", "down", "-s", "existing"], "down"],
    ["npm", ["run", "up"], "up"],
    ["bash", ["-c", 'eval "$(node cli/timonier.mjs env)"; npx timonier publish'], "publish"],
    ["bash", ["-c", 'eval "$(node cli/timonier.mjs env -s one)"; pulumi preview -s one --json'], "pulumi preview"],
    ["bash", ["-c", 'eval "$(node cli/timonier.mjs env)"; kubectl get pods'], "kubectl"],
    ["git", ["clone", "https://gitlab.example/a.git"], "git"],
  ])("%s %j is %s", (command, args, kind) => {
    expect(commandKind(command, args)).toBe(kind);
  });
});

test("the most expensive files come first, with their commands", () => {
  const file = (name: string, seconds: number) => ({ ...{ file: name, seconds, tests: {} }, commands: {} });
  const commands = { status: { count: 2, seconds: 3 }, up: { count: 1, seconds: 30.04 } };
  const table = renderDurations(
    [file("a.test.ts", 1), { ...file("b.test.ts", 40), commands }, file("c.test.ts", 2)],
    2,
  );
  expect(table.split("\n").slice(2)).toEqual([
    "| b.test.ts | 40.0 | up 1: 30.0, status 2: 3.0 |",
    "| c.test.ts | 2.0 |  |",
  ]);
});
