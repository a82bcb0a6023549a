import { expect, test } from "vitest";
import { dnsLabel, dnsSubdomain } from "../../../../packages/kit/dns-name.js";

test.each([
  ["a", true, true],
  ["my-app-1", true, true],
  ["1st", true, true],
  ["a".repeat(63), true, true],
  ["a".repeat(64), false, true],
  ["team.example", false, true],
  ["a..b", false, false],
  ["a.-b", false, false],
  ["-a", false, false],
  ["a-", false, false],
  ["App", false, false],
  ["a_b", false, false],
  ["", false, false],
])("%s", (text, isLabel, isSubdomain) => {
  expect([dnsLabel.test(text), dnsSubdomain.test(text)]).toEqual([isLabel, isSubdomain]);
});
