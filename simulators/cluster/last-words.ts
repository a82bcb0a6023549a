/** Whether a program's log ends with a disk that has no room. */
export function isFull(log: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(tail(log).join("\n"));
}

/** What a program said last, without the trace of a crash: on few lines. */
export function lastWords(log: string): string {
  const lines = tail(log);
  const trace = lines.findIndex((line) => /^(goroutine \d+|panic: )/.test(line));
  // The line before a Go program's trace says why; so does that of the panic itself.
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
