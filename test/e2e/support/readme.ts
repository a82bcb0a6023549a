import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../packages/kit/state-folder.js";

/**
 * Lines of the first `sh` block under a heading, without comments: what a reader would type.
 *
 * @param file Markdown file, from the top of the checkout
 * @param heading text of a heading of the second level
 */
export function documentedCommands(
  file: "README.md" | "docs/apps.md" | "docs/environments.md" | "docs/tour.md",
  heading: string,
): string[] {
  const text = readFileSync(join(checkout, file), "utf8");
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  const block = section?.match(/^```sh\n([\s\S]*?)^```$/m)?.[1];
  if (!block) throw new Error(`${file} has no sh block under "${heading}"`);
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}
