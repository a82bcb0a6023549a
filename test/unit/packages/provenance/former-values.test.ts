import { expect, test } from "vitest";
import { formerValues, otherValues, quantityOf } from "../../../../packages/provenance/former-values.js";

const change = (before: string | number | boolean | undefined, after: string | number | boolean | undefined) => ({
  path: ["spec", "field"],
  before,
  after,
});

test.each([
  [2, change(3, 2), [3]],
  [2, change(2, 3), []],
  [true, change(false, true), [false]],
  [5, change("3m", "5m"), [3]],
  ["1.15", change("nginx:1.14", "nginx:1.15"), ["1.14"]],
  ["nginx:1.15", change("nginx:1.14", "nginx:1.15"), ["nginx:1.14"]],
  // The part that differs lies outside of the literal.
  ["nginx", change("nginx:1.14", "nginx:1.15"), []],
  ["webx", change("abweb", "abwebx"), ["web"]],
  ["9000", change(80, 9000), ["80"]],
])("%j was, if it made %j: %j", (literal, field, former) => {
  expect(formerValues(literal, field)).toEqual(former);
});

test("another value of the same kind, likely to be accepted", () => {
  expect([true, 3, "nginx:1.14.2", "web"].map(otherValues)).toEqual([
    [false],
    [4],
    ["nginx:2.14.2", "nginx:1.14.2x"],
    ["webx"],
  ]);
});

test("quantities of fields: numbers, durations, numbers with a unit", () => {
  expect([3, "1m30s", "512Mi", "150m", "a", true].map(quantityOf)).toEqual([3, 90, 512, 150, undefined, undefined]);
});
