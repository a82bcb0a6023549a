/** One command that a test ran. */
export interface CommandRecord {
  /** Absolute path of the test file. */
  readonly file: string;
  /** @see commandKind */
  readonly kind: string;
  readonly seconds: number;
}

/** Folder of the records; nothing is recorded without it. */
export const durationsVariable = "TIMONIER_DURATIONS";

/** File of the command records in that folder, one JSON object a line. */
export const commandsFile = "commands.jsonl";

/** What a command is counted as: timonier's verb, `pulumi VERB`, or the program's name. */
export function commandKind(command: string, args: readonly string[]): string {
  // What a shell runs after it has taken timonier's environment.
  const line = [command, ...args].join(" ").replace(/eval "\$\(node cli\/timonier\.mjs env[^)]*\)";/, "");
  const verb = /\btimonier(?:\.mjs)? ([a-z]+)/.exec(line)?.[1] ?? /\bnpm run ([\w:]+)/.exec(line)?.[1];
  const pulumi = /\bpulumi ([a-z]+)/.exec(line)?.[1];
  if (verb) return verb;
  return pulumi ? `pulumi ${pulumi}` : (/([^/\s]+)(?:\s|$)/.exec(line.replace(/^bash -c\s+/, ""))?.[1] ?? command);
}

/** What one test file took, in seconds. */
export interface FileDurations {
  readonly file: string;
  readonly seconds: number;
  readonly tests: Readonly<Record<string, number>>;
  /** What its commands took, by kind. */
  readonly commands: Readonly<Record<string, { readonly count: number; readonly seconds: number }>>;
}

/** The most expensive test files as a Markdown table. */
export function renderDurations(all: readonly FileDurations[], count = 30): string {
  const rows = [...all]
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, count)
    .map(({ file, seconds, commands }) => `| ${file} | ${seconds.toFixed(1)} | ${renderCommands(commands)} |`);
  return ["| test file | seconds | commands (count: seconds) |", "|---|--:|---|", ...rows].join("\n");
}

function renderCommands(commands: FileDurations["commands"]): string {
  return Object.entries(commands)
    .sort(([, one], [, other]) => other.seconds - one.seconds)
    .map(([kind, { count, seconds }]) => `${kind} ${count}: ${seconds.toFixed(1)}`)
    .join(", ");
}
