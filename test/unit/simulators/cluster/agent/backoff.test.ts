import { expect, test } from "vitest";
import { countedRestarts, restartDelay } from "../../../../../simulators/cluster/agent/backoff.js";

test("the first restart is at once, later ones wait twice as long each, five minutes at most", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 50].map(restartDelay)).toEqual([
    0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000,
  ]);
});

test("a container that ran ten minutes begins again", () => {
  expect(countedRestarts(6, 599_999)).toBe(6);
  expect(countedRestarts(6, 600_000)).toBe(0);
});
