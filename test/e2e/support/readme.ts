import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../packages/kit/state.js";

/** Lines of the first `sh` block under a heading of README.md, comments taken off: what a reader would type. */
export function readmeCommands(heading: string): string[] {
  const text = readFileSync(join(checkout, "README.md"), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const block = section?.match(/^```sh\n([\s\S]*?)^```$/m)?.[1];
  if (!block) throw new Error(`README.md has no sh block under "${heading}"`);
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}
