import { describe, expect, test } from "vitest";
import { compareRatios, GROSS, ratioOf } from "../../../bench/table/ratios.js";

const cpu = (...all: number[]) => all.map((one) => ({ elapsed: 100, cpu: one }));

describe("a ratio", () => {
  test("is of the smallest runs, because other processes only add", () => {
    expect(ratioOf(cpu(9, 4, 30), cpu(2, 5, 8))).toBe(2);
  });

  test("does not change when the machine is slower by the same factor", () => {
    expect(ratioOf(cpu(4 * 3), cpu(2 * 3))).toBe(ratioOf(cpu(4), cpu(2)));
  });

  test.each([
    [cpu(), cpu(1)],
    [cpu(1), cpu()],
    [cpu(1), cpu(0)],
  ])("of %j and %j does not exist", (samples, calibration) => {
    expect(() => ratioOf(samples, calibration)).toThrow(RangeError);
  });
});

describe("the comparison", () => {
  test.each([
    [GROSS * 3, false],
    [GROSS * 3 + 0.01, true],
    [0.5, false],
  ])("of 3 with %d fails: %s", (now, failed) => {
    expect(compareRatios({ status: 3 }, { status: now })).toMatchObject([{ row: "status", failed }]);
  });

  test("does not pass a row that was never recorded", () => {
    expect(() => compareRatios({ status: 3 }, { preview: 1 })).toThrow("row preview");
  });
});
