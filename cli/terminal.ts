import { styleText } from "node:util";
import type { Progress } from "@timonier/kit/progress";

/** Writes progress to standard error, so that standard output contains only the result. */
export const progress: Progress = (line) => console.error(styleText("dim", line, { stream: process.stderr }));

/** Text in green. */
export function good(text: string): string {
  return styleText("green", text);
}

/** Text in red. */
export function bad(text: string): string {
  return styleText("red", text);
}
