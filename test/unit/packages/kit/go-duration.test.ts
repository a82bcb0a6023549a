import { expect, test } from "vitest";
import { goMilliseconds } from "../../../../packages/kit/go-duration.js";

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
