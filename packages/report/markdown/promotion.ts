import type { PromotedApplication, Report } from "../model.js";
import { inWords } from "../text.js";
import type { Section } from "./cut.js";
import { code } from "./inert.js";

/** What is promoted, how long it has run in the environment before, and what the gate waits for. */
export function promotionSection({ promotion }: Report, longest: number): Section | undefined {
  if (!promotion) return undefined;
  const { from, to, applications, waits } = promotion;
  const gate =
    waits.length === 0
      ? "The gate is open."
      : `**The gate is shut:**\n\n${waits.map((wait) => `- ${code(wait, longest)}`).join("\n")}`;
  const title = `#### Promotion from ${code(from, longest)} to ${code(to, longest)}`;
  return {
    noun: "applications",
    importance: 1,
    head: `${title}\n\n${gate}\n\n| application | in ${code(from, longest)} | revision | program |\n|---|---|---|---|\n`,
    entries: applications.map((one) => row(one, longest)),
    gap: "\n",
    holes: false,
  };
}

function row({ name, revision, program, readyFor }: PromotedApplication, longest: number): string {
  const state =
    revision === undefined ? "removed" : readyFor === undefined ? "not Ready" : `Ready for ${inWords(readyFor)}`;
  const commits = [revision, program].map((one) => (one === undefined ? "" : code(one.slice(0, 8), longest)));
  return `| ${[code(name, longest), state, ...commits].join(" | ")} |`;
}
