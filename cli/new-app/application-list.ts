import { UserError } from "@timonier/kit/user-error";
import { identifierOf } from "./app-files.js";

/** The list in apps/applications.ts, as `timonier new app` and people write it. */
const list = /^(export const applications = \[)([^\]]*)(\] as const;)$/m;

/**
 * Adds an application to the text of apps/applications.ts: its import, and its line in the list. A
 * list that has it stays as it is.
 *
 * @throws UserError when the file has another form than the one that is written here
 */
export function addToList(text: string, name: string): string {
  const found = list.exec(text);
  if (!found) {
    throw new UserError(
      "the list of applications has an unknown form",
      "apps/applications.ts",
      "write it as `export const applications = [one, other] as const;`, then run the command again",
      { code: "TIM-806" },
    );
  }
  const [whole, begin, entries = "", end] = found;
  const names = entries.split(",").flatMap((entry) => entry.trim() || []);
  if (names.includes(identifierOf(name))) return text;
  const line = `import { ${identifierOf(name)} } from "./${name}.js";`;
  const joined = [...names, identifierOf(name)];
  const oneLine = `${begin}${joined.join(", ")}${end}`;
  const written = oneLine.length <= 120 ? oneLine : `${begin}\n${joined.map((one) => `  ${one},\n`).join("")}${end}`;
  return sortedImports(`${line}\n${text.replace(whole, written)}`);
}

/** The lines of imports at the top, sorted as Biome sorts them: by path. */
function sortedImports(text: string): string {
  const lines = text.split("\n");
  const count = lines.findIndex((line) => !line.startsWith("import "));
  const path = (line: string) => /"(.*)"/.exec(line)?.[1] ?? "";
  const imports = lines.slice(0, count).sort((one, other) => (path(one) < path(other) ? -1 : 1));
  return [...imports, ...lines.slice(count)].join("\n");
}
