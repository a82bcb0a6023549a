import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Figure } from "./figures.js";

/** A point of the plot. */
interface Point {
  readonly figure: string;
  readonly seconds: number;
  readonly what: "before" | "now" | "goal";
}

/**
 * docs/benchmarks.svg: a line for each figure, on a logarithmic scale because they span from one
 * second to an hour.
 */
export async function renderPlot(figures: readonly Figure[]): Promise<string> {
  const spec: TopLevelSpec = {
    background: "white",
    width: 560,
    height: { step: 26 },
    data: { values: figures.flatMap(pointsOf) },
    mark: { type: "point", filled: true, size: 90, opacity: 0.9 },
    encoding: {
      y: {
        field: "figure",
        type: "nominal",
        sort: figures.map(nameOf),
        axis: { title: null, labelLimit: 420, grid: true },
      },
      x: { field: "seconds", type: "quantitative", scale: { type: "log" }, axis: { title: "seconds", format: "~s" } },
      color: {
        field: "what",
        type: "nominal",
        scale: { domain: ["before", "now", "goal"], range: ["#9aa0a6", "#1a73e8", "#188038"] },
        legend: { title: null, orient: "top" },
      },
      shape: {
        field: "what",
        type: "nominal",
        scale: { domain: ["before", "now", "goal"], range: ["circle", "diamond", "triangle-left"] },
      },
    },
  };
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

/** The points of one figure: a range before has two, a figure that was not measured has none of now. */
export function pointsOf(figure: Figure): Point[] {
  const name = nameOf(figure);
  const { low, high } = figure.before;
  const point = (what: Point["what"], seconds: number): Point => ({ figure: name, seconds, what });
  return [
    point("before", low),
    ...(high === low ? [] : [point("before", high)]),
    ...(figure.now ? [point("now", figure.now.median)] : []),
    point("goal", figure.goal),
  ];
}

function nameOf({ what, measure }: Figure): string {
  return `${what.replaceAll("`", "")}, ${measure === "cpu" ? "CPU" : "elapsed"}`;
}
