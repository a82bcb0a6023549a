import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../../cli/main.js";

// What the command line alone refuses: nothing is started.

let said: string;
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

describe("a command line that is not understood", () => {
  test.each([
    [["up", "--stack", ".."], "Letters, digits"],
    [["status", "--jsn"], "unknown option '--jsn'"],
    [["nothing"], "unknown command 'nothing'"],
  ])("%j ends with 2", async (args, words) => {
    expect(await main(args)).toBe(2);
    expect(said).toContain(words);
    expect(said).toContain("timonier --help lists the commands");
  });

  test.each([
    [["rehearse", "--formt", "json"], "unknown option '--formt'"],
    [["rehearse", "--timeout", "soon"], "A whole number of seconds."],
    [["rehearse", "-s", ".."], "Letters, digits"],
    [["gate"], "required option '--report <file>' not specified"],
    [["gate", "--report", "/nowhere/report.json"], "/nowhere/report.json"],
  ])("%j ends with 1: 2 would be an answer", async (args, words) => {
    const error = vi.spyOn(console, "error").mockImplementation((text) => {
      said += String(text);
    });
    expect(await main(args)).toBe(1);
    expect(said).toContain(words);
    error.mockRestore();
  });

  test.each([
    ["--base", "main"],
    ["--head", "HEAD"],
    ["--dir", "."],
    ["--cluster", "a"],
    ["--root", "."],
    ["--source", "a/b=."],
    ["--as", "a/b"],
    ["--path", "./infra"],
    ["--target-namespace", "a"],
    ["--provenance", "f"],
  ])("says that --stack and %s both name what is rehearsed", async (option, value) => {
    expect(await main(["rehearse", "--stack", "embedded", option, value])).toBe(1);
    expect(said).toMatch(new RegExp(`option '-s, --stack <name>' cannot be used with option '${option} <`));
  });
});
