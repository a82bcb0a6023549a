import { expect, test } from "vitest";
import { isGoodHookUrl, isLocalAddress } from "../../../../../embedded/gitlab/model/hook-address.js";

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "0.0.0.0",
  "::1",
  "fd00::1",
  "fe80::1",
  "::ffff:127.0.0.1",
])("%s is local", (address) => expect(isLocalAddress(address)).toBe(true));

test.each(["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])("%s is not local", (address) =>
  expect(isLocalAddress(address)).toBe(false),
);

test("a hook goes to http and https only, and to local addresses only where that is allowed", () => {
  expect(isGoodHookUrl("https://example.com/hook", false)).toBe(true);
  expect(isGoodHookUrl("http://127.0.0.1:9/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://[::1]/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://2130706433/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://localhost/hook", false)).toBe(false);
  expect(isGoodHookUrl("http://127.0.0.1:9/hook", true)).toBe(true);
  expect(isGoodHookUrl("file:///etc/passwd", true)).toBe(false);
  expect(isGoodHookUrl("not a url", true)).toBe(false);
});
