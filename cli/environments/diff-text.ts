import { bad, good } from "../terminal.js";
import { table } from "../text-table.js";
import type { EnvironmentDiff } from "./environment-diff.js";
import type { ObjectDifference } from "./tree-diff.js";

/** Formats differences for a terminal. */
export function renderDiff({ from, to, applications, settings, objects }: EnvironmentDiff): string {
  const only = (environment: string, names: readonly string[]) =>
    names.length === 0 ? "" : `only in ${environment}: ${names.join(", ")}`;
  const parts = [
    [only(from, applications.onlyFrom), only(to, applications.onlyTo)].filter((line) => line !== "").join("\n"),
    table(
      ["SETTING", from, to],
      settings.map((one) => [one.path, shown(one.from), shown(one.to)]),
    ),
    ...objects.map(renderObject),
  ].filter((part) => part !== "");
  return parts.length === 0 ? `${from} and ${to} do not differ` : parts.join("\n\n");
}

function renderObject({ repository, path, diff }: ObjectDifference): string {
  const lines = diff
    .trimEnd()
    .split("\n")
    .map((line) => (line.startsWith("+") ? good(line) : line.startsWith("-") ? bad(line) : line));
  return [`${repository} ${path}`, ...lines].join("\n");
}

/** Texts are shown without quotes where these do not matter. */
function shown(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" && /^[^\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
}
