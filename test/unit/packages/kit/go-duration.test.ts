import { expect, test } from "vitest";
import { goDuration, goMilliseconds, shortGoDuration } from "../../../../packages/kit/go-duration.js";

test.each([
  ["0s", 0],
  ["500ms", 500],
  ["1m", 60_000],
  ["1m0s", 60_000],
  ["1.5h", 5_400_000],
  ["1h30m", 5_400_000],
])("GIVEN %s WHEN read THEN it has %d milliseconds", (text, milliseconds) => {
  expect(goMilliseconds(text)).toBe(milliseconds);
});

test.each(["", "60", "-1m", "1m ", "1 minute", "PT1M", "1d"])(
  "GIVEN %j WHEN read THEN it is not a duration",
  (text) => {
    expect(goMilliseconds(text)).toBeUndefined();
  },
);

test.each([
  [1, "1s", "1s"],
  [60, "1m0s", "1m"],
  [90, "1m30s", "1m30s"],
  [3_600, "1h0m0s", "1h"],
  [3_601, "1h0m1s", "1h1s"],
  [90_000, "25h0m0s", "25h"],
])("GIVEN %d seconds WHEN written THEN Go prints %s, and people write %s", (seconds, long, short) => {
  expect([goDuration(seconds), shortGoDuration(seconds * 1_000)]).toEqual([long, short]);
});

test("GIVEN a part of a second WHEN written THEN it has milliseconds", () => {
  expect(shortGoDuration(1_500)).toBe("1s500ms");
});
