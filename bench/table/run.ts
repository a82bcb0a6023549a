import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@timonier/kit/user-error";
import type { Sample } from "./figures.js";

/** Where and how a command runs. */
export interface RunOptions {
  readonly cwd: string;
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** Bash's `time` reports what `wait` counted: the command, and every child that was waited for. */
const TIMED = `TIMEFORMAT="%R %U %S"; file=$1; shift; { time "$@" 2>&4 4>&-; } 4>&2 2>"$file"`;
const SHOWN_CHARACTERS = 4000;

/**
 * Runs a command and measures it.
 *
 * @throws UserError when it ends with another code than 0: a failed run is not a measurement
 */
export async function measure(command: readonly string[], { cwd, env }: RunOptions): Promise<Sample> {
  // Files instead of pipes: daemons that the command leaves behind would keep a pipe open.
  const folder = mkdtempSync(join(tmpdir(), "timonier-bench-times-"));
  const [times, output] = [join(folder, "times"), join(folder, "output")];
  const file = openSync(output, "w");
  try {
    const child = spawn("bash", ["-c", TIMED, "bench", times, ...command], {
      cwd,
      // Bash writes the times with the decimal sign of the locale.
      env: { ...env, LC_ALL: "C" },
      stdio: ["ignore", file, file],
    });
    const code = await new Promise<number | null>((done, failed) => {
      child.once("error", failed);
      child.once("exit", done);
    });
    if (code !== 0) {
      const end = readFileSync(output, "utf8").slice(-SHOWN_CHARACTERS);
      throw new UserError(
        `benchmark: ${command.join(" ")} ended with ${code}`,
        cwd,
        `see the end of its output:\n${end}`,
        { code: "TIM-119" },
      );
    }
    return parseTimes(readFileSync(times, "utf8"));
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws RangeError when it is not what bash's `time` writes with `TIMEFORMAT="%R %U %S"` */
export function parseTimes(text: string): Sample {
  const numbers = text.trim().split(/\s+/).map(Number);
  const [elapsed, user, system] = numbers;
  if (elapsed === undefined || user === undefined || system === undefined || numbers.length !== 3) {
    throw new RangeError(`not the times of a process: ${JSON.stringify(text)}`);
  }
  if (numbers.some((one) => !(one >= 0))) throw new RangeError(`not the times of a process: ${JSON.stringify(text)}`);
  return { elapsed, cpu: user + system };
}
