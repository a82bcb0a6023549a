import { expect, test } from "vitest";
import { isChartFile } from "../../../../packages/kit/plain-file.js";

test.each([
  ["applications/shop/charts/shop/templates/a.yaml", true],
  ["environments/staging/applications/shop/charts/shop/Chart.yaml", true],
  ["applications/shop/release.yaml", false],
  ["applications/charts/release.yaml", false],
])("%s: %s", (path, expected) => {
  expect(isChartFile(path)).toBe(expected);
});
