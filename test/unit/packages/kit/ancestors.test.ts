import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { checkout } from "../../../../packages/kit/state-folder.js";

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** A shell that starts a program, which prints at each line that it reads whether its ancestors still run. */
const program = `
const { load } = await import("./packages/kit/run.mjs");
const { watchAncestors } = await load("packages/kit/ancestors.ts");
const run = watchAncestors(Number(process.argv[1]));
console.log(process.pid, run());
setInterval(() => console.log(process.pid, run()), 50);
`;

async function look(generations: number) {
  // Two shells: the trailing commands keep them from becoming what they start.
  const inner = `${process.execPath} --input-type=module -e '${program}' ${generations}; true`;
  const child = spawn("sh", ["-c", `sh -c "$INNER"; true`], {
    cwd: checkout,
    env: { PATH: process.env.PATH, INNER: inner },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let said = "";
  child.stdout?.on("data", (part) => {
    said += String(part);
  });
  /** The next line that begins from now on. */
  const next = async (): Promise<string> => {
    const from = said.length;
    for (const end = Date.now() + 15_000; Date.now() < end; await sleep(20)) {
      const line = said.slice(from).split("\n").at(-2);
      if (line) return line;
    }
    throw new Error("it says nothing more");
  };
  return { child, next };
}

test.each([
  [1, "true"],
  [2, "false"],
])("of %i generations a killed grandparent leaves %s", async (generations, answer) => {
  const { child, next } = await look(generations);
  const [pid, before] = (await next()).split(" ");
  try {
    expect(before).toBe("true");
    child.kill("SIGKILL");
    await new Promise((ended) => child.once("exit", ended));
    // The first line may have begun before.
    await next();
    expect(await next()).toBe(`${pid} ${answer}`);
  } finally {
    process.kill(Number(pid), "SIGKILL");
  }
});
