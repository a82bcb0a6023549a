import { expect, test } from "vitest";
import { dayAfter, tokenExpiry } from "../../../../../simulators/gitlab/model/expiry.js";

const now = new Date("2026-02-27T23:30:00Z");

test("a token without a wish lives as long as allowed", () => {
  expect(tokenExpiry(now, undefined)).toBe(dayAfter(now, 365));
  expect(tokenExpiry(now, undefined, 7)).toBe("2026-03-06");
});

test("refuses the past and more than a year ahead", () => {
  expect(tokenExpiry(now, "2027-02-27")).toBe("2027-02-27");
  expect(() => tokenExpiry(now, "2027-02-28")).toThrow(/400/);
  expect(() => tokenExpiry(now, "2026-02-26")).toThrow(/must be in the future/);
});
