import { expect, test } from "vitest";
import { growthOf } from "../../../bench/applications/growth.js";

const round = (small: number, large: number) => ({ small, large });

test("ten times as many applications may take ten times as long, and 10 % and 10 ms more", () => {
  expect(growthOf([round(1000, 1110)])).toEqual({ small: 100, large: 1110, limit: 1110, passed: true });
  expect(growthOf([round(1000, 1111)])).toMatchObject({ passed: false });
});

test("one disturbed round of three does not count", () => {
  expect(growthOf([round(1000, 1000), round(1000, 9000), round(100, 1050)])).toMatchObject({
    small: 100,
    large: 1050,
    passed: true,
  });
});

test("no round is not a measurement", () => {
  expect(() => growthOf([])).toThrow(RangeError);
});
