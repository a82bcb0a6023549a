import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeRuns, type Figure, type Machine, mergeFigures } from "../../../bench/table/figures.js";

const machine: Machine = { cores: 2, memory: 8 * 2 ** 30, node: "20.20.2", load: 0.5 };
const facts = { date: "2026-11-29T04:00:00.000Z", machine };

const figure = (row: string, measure: Figure["measure"], now: Figure["now"] = null): Figure => ({
  ...{ row, what: row, measure, unit: "s", command: row, before: { low: 10, high: 12 }, goal: 5, now },
});

describe("runs", () => {
  test.each([
    [[3], 3],
    [[3, 1], 2],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])("%j have median %d", (runs, median) => {
    expect(describeRuns(runs, facts.date, machine)).toMatchObject({ median, runs });
  });

  test("have a median between the smallest and the largest, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1 }), (runs) => {
        const { min, median, max } = describeRuns(runs, facts.date, machine);
        expect(min).toBe(Math.min(...runs));
        expect(max).toBe(Math.max(...runs));
        expect(median).toBeGreaterThanOrEqual(min);
        expect(median).toBeLessThanOrEqual(max);
        expect(describeRuns([...runs].reverse(), facts.date, machine).median).toBe(median);
      }),
    );
  });

  test("are at least one", () => {
    expect(() => describeRuns([], facts.date, machine)).toThrow(RangeError);
  });
});

describe("merging", () => {
  const last = describeRuns([7], "2026-11-01T00:00:00.000Z", machine);
  const figures = [figure("preview", "elapsed", last), figure("preview", "cpu"), figure("status", "elapsed", last)];

  test("gives each figure of a row its own measure", () => {
    const merged = mergeFigures(figures, new Map([["preview", [{ elapsed: 4, cpu: 6.126 }]]]), facts);
    expect(merged.map(({ now }) => now?.median)).toEqual([4, 6.13, 7]);
  });

  test("keeps the last figures and their date of a row that was not measured", () => {
    const merged = mergeFigures(figures, new Map([["preview", [{ elapsed: 4, cpu: 6 }]]]), facts);
    expect(merged[0]?.now).toMatchObject(facts);
    expect(merged[2]).toBe(figures[2]);
  });

  test("never changes what was before, nor the goal", () => {
    const merged = mergeFigures(figures, new Map([["status", [{ elapsed: 1, cpu: 1 }]]]), facts);
    const constant = (all: readonly Figure[]) => all.map(({ now: _, ...rest }) => rest);
    expect(constant(merged)).toEqual(constant(figures));
  });

  test("rejects a row that no figure has", () => {
    expect(() => mergeFigures(figures, new Map([["statsu", []]]), facts)).toThrow("row statsu");
  });
});
