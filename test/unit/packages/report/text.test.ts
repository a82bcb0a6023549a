import { expect, test } from "vitest";
import { inWords } from "../../../../packages/report/text.js";

test.each([
  [0, "0 seconds"],
  [999, "0 seconds"],
  [1_000, "1 second"],
  [59_999, "59 seconds"],
  [60_000, "1 minute"],
  [42.5 * 60_000, "42 minutes"],
  [3_600_000, "1 hour"],
  [86_399_999, "23 hours"],
  [2 * 86_400_000, "2 days"],
])("%i ms are %s", (milliseconds, words) => {
  expect(inWords(milliseconds)).toBe(words);
});
