import { expect, test } from "vitest";
import { isGoodHookUrl } from "../../../../../simulators/gitlab/model/hook-address.js";

test("a hook goes to http and https only, and to local addresses only where that is allowed", () => {
  expect(isGoodHookUrl("https://example.com/hook", false)).toBe(true);
  expect(isGoodHookUrl("http://127.0.0.1:9/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://[::1]/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://[::ffff:10.0.0.1]/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://2130706433/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://localhost/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://127.0.0.1:9/hook", true)).toBe(true);
  expect(isGoodHookUrl("file:///etc/passwd", true)).toBe(false);
  expect(isGoodHookUrl("not a url", true)).toBe(false);
});

test.each([
  ["http://[64:ff9b::7f00:1]/", false],
  ["http://[64:ff9b::10.0.0.1]/", false],
  ["http://[64:ff9b:1::1]/", false],
  ["http://[2002:7f00:1::]/", false],
  ["http://[::127.0.0.1]/", false],
  ["http://[64:ff9b::8.8.8.8]/", true],
  ["http://[2001:4860:4860::8888]/", true],
])("a gateway to IPv4 does not lead a hook to a local address: %s", (url, good) => {
  expect(isGoodHookUrl(url, false)).toBe(good);
});
