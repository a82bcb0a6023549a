import fc from "fast-check";
import { expect, test } from "vitest";
import { isDue, tokenWindow, windowEnd } from "../../../../infra/plugin/token-window.js";

const DAY = 86_400_000;
const now = Date.parse("2027-01-10T15:00:00Z");

test("ends at a midnight, the asked number of days ahead", () => {
  expect(windowEnd(90, now)).toBe("2027-04-10T00:00:00.000Z");
});

test("is due when less than the margin is left", () => {
  expect(isDue("2027-02-09T15:00:00.000Z", 30, now)).toBe(false);
  expect(isDue("2027-02-09T14:59:59.000Z", 30, now)).toBe(true);
  expect(isDue("2027-01-01T00:00:00.000Z", 30, now)).toBe(true);
});

test("a new window is never due at once: a second run changes nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 365 }), fc.integer({ min: 0, max: 4e12 }), (days, time) => {
      expect(isDue(windowEnd(days, time), Math.floor(days / 3), time)).toBe(false);
    }),
  );
});

test("GIVEN a due window WHEN it is compared THEN it is an update, and updating opens a new one", async () => {
  const inputs = { days: 90, renewBefore: 30 };
  const olds = { inputs, state: { ...inputs, expiresAt: new Date(Date.now() + 29 * DAY).toISOString() } };
  const ctx = {} as never;
  expect(await tokenWindow.diff?.("id", olds, inputs, ctx)).toEqual({ changes: true, changed: ["expiresAt"] });
  const updated = await tokenWindow.update?.("id", olds, inputs, ctx);
  expect(Date.parse(String(updated?.state.expiresAt))).toBeGreaterThan(Date.now() + 88 * DAY);
});

test("GIVEN a fresh window WHEN only the margin changes THEN its end stays", async () => {
  const inputs = { days: 90, renewBefore: 30 };
  const expiresAt = new Date(Date.now() + 80 * DAY).toISOString();
  const olds = { inputs, state: { ...inputs, expiresAt } };
  const updated = await tokenWindow.update?.("id", olds, { days: 90, renewBefore: 20 }, {} as never);
  expect(updated?.state.expiresAt).toBe(expiresAt);
});
