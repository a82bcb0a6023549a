import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type CommandRecord, commandsFile, durationsVariable } from "./durations.js";

/** Runs work, and records how long it took. */
export async function timed<T>(kind: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    record(kind, (performance.now() - start) / 1000);
  }
}

function record(kind: string, seconds: number): void {
  const folder = process.env[durationsVariable];
  if (!folder) return;
  const { testPath: file = "" } = expect.getState();
  mkdirSync(folder, { recursive: true });
  const line: CommandRecord = { file, kind, seconds: Math.round(seconds * 1000) / 1000 };
  appendFileSync(join(folder, commandsFile), `${JSON.stringify(line)}\n`);
}
