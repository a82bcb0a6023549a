import fc from "fast-check";
import { expect, test } from "vitest";
import { isDue, lost, tokenWindow, windowEnd } from "../../../../../infra/resources/token-window/provider.js";

const DAY = 86_400_000;
const now = Date.parse("2027-01-10T15:00:00Z");

test("ends at midnight after the given number of days", () => {
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

const ctx = {} as never;
const inputs = { days: 90, renewBefore: 30 };
const opened = (days: number, ago = 0) => ({
  inputs,
  state: {
    ...inputs,
    expiresAt: new Date(Date.now() + days * DAY).toISOString(),
    openedAt: new Date(Date.now() - ago * DAY).toISOString(),
  },
});

test("GIVEN a window with enough left WHEN it is compared THEN there is no difference", async () => {
  expect(await tokenWindow.diff?.("id", opened(31), inputs, ctx)).toMatchObject({ changes: false });
});

test.each([
  ["less is left than the margin", opened(29), inputs],
  ["the days change", opened(80), { ...inputs, days: 60 }],
  [
    "it was opened before the time of a rotation",
    opened(80, 2),
    { ...inputs, rotateBefore: new Date(Date.now() - DAY).toISOString() },
  ],
])("GIVEN %s WHEN it is compared THEN it is replaced, and its tokens with it", async (_case, olds, news) => {
  expect(await tokenWindow.diff?.("id", olds, news, ctx)).toEqual({
    changes: true,
    changed: ["expiresAt"],
    replaces: ["expiresAt"],
  });
});

test("GIVEN a rotation whose setting was removed, as in a pipeline WHEN it is compared THEN there is no difference", async () => {
  const { inputs: before, state } = opened(80);
  const olds = { inputs: { ...before, rotateBefore: new Date(Date.now() - DAY).toISOString() }, state };
  expect(await tokenWindow.diff?.("id", olds, inputs, ctx)).toMatchObject({ changes: false });
});

test("GIVEN a rotation in the past WHEN the window is newer THEN it stays", async () => {
  const news = { ...inputs, rotateBefore: new Date(Date.now() - 3 * DAY).toISOString() };
  const diff = await tokenWindow.diff?.("id", opened(80, 2), news, ctx);
  expect(diff?.replaces).toBeUndefined();
});

test("GIVEN a fresh window WHEN only the margin changes THEN its end stays", async () => {
  const olds = opened(80);
  const updated = await tokenWindow.update?.("id", olds, { days: 90, renewBefore: 20 }, ctx);
  expect(updated?.state).toMatchObject({ renewBefore: 20, expiresAt: olds.state.expiresAt });
});

test("a token is lost when no token of its name works", () => {
  const soon = new Date(now + DAY).toISOString();
  const past = new Date(now - DAY).toISOString();
  const listed = [
    { name: "renewed", revoked: true, expires_at: soon },
    { name: "renewed", expires_at: soon },
    { name: "revoked", revoked: true, expires_at: soon },
    { name: "expired", expires_at: past },
    { name: "endless", expires_at: null },
  ];
  expect(lost(["renewed", "revoked", "expired", "endless", "absent"], listed, now)).toEqual([
    "revoked",
    "expired",
    "absent",
  ]);
});
