import { expect, test } from "vitest";
import { isGoodHookUrl } from "../../../../../embedded/gitlab/model/hook-address.js";

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
