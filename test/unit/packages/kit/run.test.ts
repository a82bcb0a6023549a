import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkout } from "../../../../packages/kit/state-folder.js";

const run = promisify(execFile);
let folder: string;

/** A program of two modules, run as the daemons and plugins are. */
async function program(...args: string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, [
    join(checkout, "packages/kit/run.mjs"),
    join(folder, "main.ts"),
    ...args,
  ]);
  return stdout.trim().split("\n");
}

beforeEach(() => {
  mkdirSync(join(checkout, ".timonier"), { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "timonier-run-"));
  writeFileSync(join(folder, "word.ts"), 'export const word: string = "one";\n');
  writeFileSync(
    join(folder, "main.ts"),
    'import { word } from "./word.js";\nconsole.log([word, import.meta.url, ...process.argv.slice(2)].join("\\n"));\n',
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("packages/kit/run.mjs", () => {
  it("GIVEN arguments WHEN a program runs THEN it sees them, and itself where its source lies", async () => {
    expect(await program("a", "b c")).toEqual(["one", pathToFileURL(join(folder, "main.ts")).href, "a", "b c"]);
  });

  it("GIVEN a module that was changed WHEN the program runs again THEN it is the new one", async () => {
    await program();
    writeFileSync(join(folder, "word.ts"), 'export const word: string = "other";\n');
    expect((await program())[0]).toBe("other");
  });

  it("GIVEN no bundle WHEN four start at once THEN all run", async () => {
    const said = await Promise.all(["1", "2", "3", "4"].map((arg) => program(arg)));
    expect(said.map((lines) => lines.at(-1))).toEqual(["1", "2", "3", "4"]);
  });

  it("GIVEN a program that was killed WHEN it had run for a second THEN its compiled code is kept, and children keep theirs", async () => {
    const cache = join(folder, "compiled");
    writeFileSync(
      join(folder, "main.ts"),
      'console.log(process.env.NODE_COMPILE_CACHE);\nsetTimeout(() => process.kill(process.pid, "SIGKILL"), 2_000);\n',
    );
    const ended = run(process.execPath, [join(checkout, "packages/kit/run.mjs"), join(folder, "main.ts")], {
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    await expect(ended).rejects.toMatchObject({ signal: "SIGKILL", stdout: `${cache}\n` });
    expect(readdirSync(cache, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())).not.toEqual(
      [],
    );
  });

  it("GIVEN no folder for compiled code WHEN a program runs THEN it is among the bundles", async () => {
    writeFileSync(join(folder, "main.ts"), "console.log(process.env.NODE_COMPILE_CACHE);\n");
    const { NODE_COMPILE_CACHE: _, ...env } = process.env;
    const { stdout } = await run(process.execPath, [join(checkout, "packages/kit/run.mjs"), join(folder, "main.ts")], {
      env,
    });
    expect(stdout.trim()).toBe(join(checkout, ".timonier", "built", "compiled"));
  });

  it("GIVEN a fault WHEN it is thrown THEN the trace names the source's line", async () => {
    writeFileSync(join(folder, "main.ts"), '\n\nfunction broken(): never {\n  throw new Error("no");\n}\nbroken();\n');
    await expect(program()).rejects.toThrow(/main\.ts:4/);
  });
});
