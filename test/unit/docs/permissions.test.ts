import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { permissionsFile, renderPermissions } from "../../e2e/support/permissions.js";

test("the text of docs/permissions.md is the one that its end-to-end test renders around its tables", () => {
  const page = readFileSync(permissionsFile, "utf8");
  const [, needed = [], refused = [], cluster = []] = page.split(/^\| call /m).map(rowsOf);
  expect([needed, refused, cluster].map(({ length }) => length > 0)).toEqual([true, true, true]);
  expect(renderPermissions({ needed, refused, cluster })).toBe(page);
});

/** The calls of a table, with their scope and role. */
function rowsOf(text: string): { call: string; scope: string; role: string }[] {
  const rows = text.matchAll(/^\| `(.+?)` \| (.+) \| (.+) \|$/gm);
  return [...rows].map(([, call = "", scope = "", role = ""]) => ({ call, scope, role }));
}
