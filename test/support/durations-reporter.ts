import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { checkout } from "../../core/state.js";
import {
  type CommandRecord,
  commandsFile,
  durationsVariable,
  type FileDurations,
  renderDurations,
} from "./durations.js";

/** File of the durations in the folder that TIMONIER_DURATIONS names. */
const durationsFile = "durations.json";

/** Writes what each test file took into the folder that TIMONIER_DURATIONS names; files of earlier runs stay. */
export class DurationsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const folder = process.env[durationsVariable];
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const path = join(folder, durationsFile);
    const before: FileDurations[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
    const commandsPath = join(folder, commandsFile);
    const lines = existsSync(commandsPath) ? readFileSync(commandsPath, "utf8").split("\n") : [];
    const commands = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as CommandRecord);
    const now = modules.map((module) => durationsOf(module, commands));
    const names = new Set(now.map(({ file }) => file));
    const all = [...before.filter(({ file }) => !names.has(file)), ...now];
    writeFileSync(path, `${JSON.stringify(all, undefined, 1)}\n`);
    writeFileSync(join(folder, "durations.md"), `${renderDurations(all)}\n`);
    writeFileSync(commandsPath, lines.filter((line) => line !== "" && !names.has(fileOf(line))).join("\n"));
  }
}

const fileOf = (line: string) => relative(checkout, (JSON.parse(line) as CommandRecord).file);

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
