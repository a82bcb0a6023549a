import { styleText } from "node:util";
import type { Progress } from "@timonier/kit/progress";

/** Progress on standard error, so that standard output stays what was asked for. */
export const progress: Progress = (line) => console.error(styleText("dim", line, { stream: process.stderr }));

export function good(text: string): string {
  return styleText("green", text);
}

export function bad(text: string): string {
  return styleText("red", text);
}
