import type { Figure, Machine, Measured, Range } from "./figures.js";

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench\`; do not edit. The same figures as JSON: [bench/results.json](../bench/results.json). Rows are measured
by name, \`npm run bench -- status preview\`, or all of them with \`--all\` (hours); \`--list\` lists them. A row that was not measured
keeps its last figures and their date.

![before, now and goal](benchmarks.svg)
`;

const NOTES = `
- *elapsed* is time on the clock, *CPU* is user and system time of the command and of the children that it waits for. Daemons that
  outlive the command (the cluster, GitLab, Flux) are not in it.
- *now* is the median, with the smallest and the largest run in parentheses.
- *from nothing* is a clone of this checkout and an empty HOME, which has no cache of tools, packages or compiled modules; only the
  settings of npm and Go stay (registries).
`;

/** docs/benchmarks.md. */
export function renderMarkdown(figures: readonly Figure[]): string {
  const head = ["what", "", "before", "now", "goal", "met", "measured", "command"];
  const rows = figures.map((figure) => [
    figure.what,
    figure.measure === "cpu" ? "CPU" : "elapsed",
    range(figure.before),
    figure.now ? runs(figure.now) : "not measured",
    seconds(figure.goal),
    figure.now ? (figure.now.median <= figure.goal ? "yes" : "no") : "",
    figure.now ? `${figure.now.date.slice(0, 10)}, ${machineText(figure.now.machine)}` : "",
    `\`${figure.command}\``,
  ]);
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  return `${INTRODUCTION}\n${table}\n${NOTES}`;
}

/** Seconds up to two minutes, then minutes: `1.34 s`, `12.4 s`, `52 min`, `22 min 46 s`. */
export function seconds(value: number): string {
  if (value < 9.95) return `${Number(value.toFixed(2))} s`;
  if (value < 120) return `${Number(value.toFixed(1))} s`;
  const whole = Math.round(value);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

function range({ low, high }: Range): string {
  return low === high ? seconds(low) : `${seconds(low)} to ${seconds(high)}`;
}

function runs({ median, min, max, runs: all }: Measured): string {
  return all.length === 1
    ? `${seconds(median)} (1 run)`
    : `${seconds(median)} (${seconds(min)} to ${seconds(max)}, ${all.length} runs)`;
}

function machineText({ cores, memory, node, load }: Machine): string {
  return `${cores} cores, ${Math.round(memory / 2 ** 30)} GiB, Node ${node}, load ${load.toFixed(1)}`;
}
