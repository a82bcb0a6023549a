import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorCauses } from "../../../packages/kit/error-codes.js";
import { errorPlaces, errorsFile, placesOf, renderErrors } from "./errors.js";

const places = errorPlaces();

test("every code is reported somewhere, and every reported code has a cause", () => {
  expect([...new Set(places.map(({ code }) => code))].sort()).toEqual(Object.keys(errorCauses).sort());
});

test("a cause is a sentence", () => {
  expect(Object.values(errorCauses).filter((cause) => !/^\S.{10,}[^.]\.$/.test(cause))).toEqual([]);
});

test("docs/errors.md is up to date", () => {
  const page = renderErrors(places);
  if (process.env.TIMONIER_WRITE_DOCS) writeFileSync(errorsFile, page);
  expect(readFileSync(errorsFile, "utf8")).toBe(page);
});

test("a place is read with its message and its fix", () => {
  const text = 'throw new UserError(`no ${kind} here`, "there", "run `up`", { code: "TIM-999", cause });';
  expect(placesOf("a.ts", text)).toEqual([{ file: "a.ts", code: "TIM-999", what: "no … here", fix: "run `up`" }]);
});
