import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import writeFileAtomic from "write-file-atomic";
import { checkout } from "../../packages/kit/state-folder.js";
import {
  type CommandRecord,
  commandsFile,
  durationsVariable,
  type FileDurations,
  renderDurations,
} from "./durations.js";

/** File of the durations in the folder that TIMONIER_DURATIONS names. */
const durationsFile = "durations.json";

/**
 * Writes what each test file took into the folder that TIMONIER_DURATIONS names; files of earlier
 * runs stay.
 */
export class DurationsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const folder = process.env[durationsVariable];
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, durationsFile);
    const before = records<FileDurations[]>(existsSync(path) ? readFileSync(path, "utf8") : "[]")[0] ?? [];
    const commandsPath = join(folder, commandsFile);
    const lines = existsSync(commandsPath) ? readFileSync(commandsPath, "utf8").split("\n") : [];
    const commands = lines.flatMap((line) => records<CommandRecord>(line));
    const now = modules.map((module) => durationsOf(module, commands));
    const names = new Set(now.map(({ file }) => file));
    const all = [...before.filter(({ file }) => !names.has(file)), ...now];
    writeFileAtomic.sync(path, `${JSON.stringify(all, undefined, 1)}\n`);
    writeFileAtomic.sync(join(folder, "durations.md"), `${renderDurations(all)}\n`);
    const others = commands.filter(({ file }) => !names.has(relative(checkout, file)));
    writeFileAtomic.sync(commandsPath, others.map((one) => `${JSON.stringify(one)}\n`).join(""));
  }
}

/**
 * What a text holds; nothing where two runs at once in one checkout have spoiled it: tests must not
 * fail for that.
 */
function records<T>(text: string): T[] {
  try {
    return [JSON.parse(text) as T];
  } catch {
    return [];
  }
}

function durationsOf(module: TestModule, commands: readonly CommandRecord[]): FileDurations {
  const { setupDuration, collectDuration, duration } = module.diagnostic();
  const tests = [...module.children.allTests()].map((test) => [test.fullName, round(test.diagnostic()?.duration ?? 0)]);
  const own = commands.filter(({ file }) => file === module.moduleId);
  const kinds = [...new Set(own.map(({ kind }) => kind))].map((kind) => {
    const seconds = own.filter((one) => one.kind === kind).map((one) => one.seconds);
    return [kind, { count: seconds.length, seconds: round(1000 * seconds.reduce((sum, one) => sum + one, 0)) }];
  });
  return {
    file: relative(checkout, module.moduleId),
    seconds: round(setupDuration + collectDuration + duration),
    tests: Object.fromEntries(tests),
    commands: Object.fromEntries(kinds),
  };
}

const round = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
