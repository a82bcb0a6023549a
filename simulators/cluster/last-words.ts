/** Whether a program's log ends with an error about a full disk. */
export function isFull(log: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(tail(log).join("\n"));
}

/** The last three lines of a program's log, without the stack trace of a crash. */
export function lastWords(log: string): string {
  const lines = tail(log);
  const trace = lines.findIndex((line) => /^(goroutine \d+|panic: )/.test(line));
  // The reason is in the line before a Go program's trace, or in the line of the panic itself.
  const said = trace < 0 ? lines : lines.slice(0, lines[trace]?.startsWith("panic: ") ? trace + 1 : trace);
  return said.slice(-3).join("\n    ");
}

function tail(log: string): string[] {
  return log
    .trim()
    .split("\n")
    .slice(-60)
    .filter((line) => line.trim() !== "");
}
