import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chartContent } from "../../../../packages/charts/chart-content.js";
import { renderPin, valuesType } from "../../../../packages/charts/pin-file.js";
import { valuesTypes } from "../../../../packages/charts/values-types.js";
import { checkout } from "../../../../packages/kit/state-folder.js";

/** The compiler checks the example, and with it the code that is generated for charts. */
test("examples/charts/web.ts is what `timonier chart` writes", async () => {
  const [schema, defaults] = ["examples/charts/web.schema.json", "examples/charts/web.values.yaml"] as const;
  const bytes = (path: string) => readFileSync(join(checkout, path));
  const files = new Map([
    ["Chart.yaml", Buffer.from("name: web\nversion: 1.4.0\n")],
    ["values.yaml", bytes(defaults)],
    ["values.schema.json", bytes(schema)],
  ]);
  const types = await valuesTypes(chartContent(files, "the example"), valuesType);
  const pin = {
    ...{ name: "web", version: "1.4.0", digest: `sha256:${"0123456789abcdef".repeat(4)}` },
    ...{ source: { kind: "oci", url: "oci://registry.example.org/charts/web" } as const, defaults, schema },
  };
  const file = join(checkout, "examples/charts/web.ts");
  const text = renderPin("web", pin, types);
  if (process.env.TIMONIER_WRITE_DOCS) writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});
