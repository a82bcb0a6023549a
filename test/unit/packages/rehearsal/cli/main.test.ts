import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { main } from "../../../../../packages/rehearsal/cli/main.js";

let output: string;
beforeEach(() => {
  output = "";
  const write = (text: unknown) => {
    output += String(text);
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(write);
  vi.spyOn(process.stderr, "write").mockImplementation(write);
  vi.spyOn(console, "error").mockImplementation(write);
});
afterEach(() => vi.restoreAllMocks());

test("GIVEN --help WHEN run THEN it lists the options of `timonier rehearse` without --stack", async () => {
  expect(await main(["--help"])).toBe(0);
  for (const option of ["--base", "--dir", "--path", "--assume", "--source", "--format", "--out"]) {
    expect(output).toContain(option);
  }
  expect(output).not.toContain("--stack");
});

test.each([
  [["--nonsense"], "unknown option '--nonsense'"],
  [["--timeout", "soon"], "A whole number of seconds."],
  [["--format", "pdf"], "Allowed choices are markdown, json, html, codequality, junit"],
  [["--source", "charts"], "--source NAMESPACE/NAME=PATH"],
])("GIVEN %j WHEN run THEN the exit code is 1, because 2 is a verdict", async (args, message) => {
  expect(await main(args)).toBe(1);
  expect(output).toContain(message);
});
