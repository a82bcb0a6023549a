import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { checkout } from "../../../../packages/kit/state-folder.js";

const require = createRequire(join(checkout, "package.json"));

/** Packages that a module loads with everything that it imports, without what it imports on demand. */
function packagesOf(entry: string): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const imports = /^(?:import|export) (?!type )(?:[^"']*? from )?"([^"]+)";$/gm;
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(imports)) {
      const path = name.startsWith(".") ? join(dirname(file), name.replace(/\.js$/, ".ts")) : undefined;
      if (path && existsSync(path)) visit(path);
      else if (name.startsWith("@timonier/")) visit(require.resolve(name));
      else found.add(name);
    }
  };
  visit(join(checkout, entry));
  return found;
}

const ofCharts = ["@cfworker/json-schema", "json-schema-to-typescript", "tar", "semver"];

// Not apps/main.ts: its applications may have charts.
test.each(["apps/delivery.ts", "constructs/application.ts", "cli/main.ts", "cli/chart/check-before-publish.ts"])(
  "%s loads no library for charts where no application has one",
  (entry) => {
    const packages = packagesOf(entry);
    expect(packages.size).toBeGreaterThan(1);
    expect(ofCharts.filter((name) => packages.has(name))).toEqual([]);
  },
);

test("an application of a chart loads the validator, and no other library for charts", () => {
  const packages = packagesOf("constructs/helm-application.ts");
  expect(ofCharts.filter((name) => packages.has(name))).toEqual(["@cfworker/json-schema"]);
});

test("the command loads Prettier on demand only", () => {
  expect(packagesOf("cli/commands/chart.ts").has("json-schema-to-typescript")).toBe(false);
  expect(packagesOf("cli/commands/chart.ts").has("tar")).toBe(true);
});
