import { Duration } from "cdk8s";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fluxDuration, parseFluxDuration } from "../../../constructs/flux-duration.js";

/** The pattern in Flux's CRDs. */
const crdPattern = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

test.each([
  [Duration.minutes(1), "1m"],
  [Duration.minutes(90), "1h30m"],
  [Duration.seconds(5), "5s"],
  [Duration.millis(1_500), "1s500ms"],
  [Duration.days(2), "48h"],
])("%s is written as Flux writes it", (duration, written) => {
  expect(fluxDuration(duration)).toBe(written);
});

test.each([
  ["1m", 60_000],
  ["1m0s", 60_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["1.1h", 3_960_000],
  ["500ms", 500],
  ["0s", 0],
])("%s is read as Go reads it", (text, milliseconds) => {
  expect(parseFluxDuration(text).toMilliseconds()).toBe(milliseconds);
});

test.each([
  ["1 minute", /expected a duration like "1m" or "1h30m", got "1 minute"; did you mean "1m"\?/],
  ["30 sec", /did you mean "30s"/],
  ["2 Hours", /did you mean "2h"/],
  ["100 milliseconds", /did you mean "100ms"/],
  ["60", /got "60"/],
  ["", /got ""/],
  ["-1m", /got "-1m"/],
  ["1m ", /got "1m "/],
  ["PT1M", /got "PT1M"/],
  ["0.5ms", /whole milliseconds/],
  ["99999999999999h", /a shorter duration/],
])("%j is refused, saying what was expected", (text, message) => {
  expect(() => parseFluxDuration(text)).toThrow(message);
});

test("zero is not an interval", () => {
  expect(() => fluxDuration(Duration.seconds(0))).toThrow(/longer than zero, got 0ms/);
});

test("writing and reading are inverse, in the form that Flux's CRDs allow", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 12 }), (milliseconds) => {
      const written = fluxDuration(Duration.millis(milliseconds));
      expect(written).toMatch(crdPattern);
      expect(parseFluxDuration(written).toMilliseconds()).toBe(milliseconds);
    }),
  );
});

test("whatever is read is in the form that Flux's CRDs allow", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9hms. ]{0,8}$/)), (text) => {
      let read: Duration | undefined;
      try {
        read = parseFluxDuration(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      if (read) expect(text).toMatch(crdPattern);
    }),
  );
});
