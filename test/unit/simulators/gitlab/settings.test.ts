import { expect, test } from "vitest";
import { stripPrefix } from "../../../../simulators/gitlab/http/server.js";
import { defaultSettings, parseSettings } from "../../../../simulators/gitlab/settings.js";

test("what is not said has its default", () => {
  expect(parseSettings({ tier: "premium" }, "f")).toEqual({ ...defaultSettings, tier: "premium" });
});

test("names every error at once", () => {
  expect(() => parseSettings({ tier: "gold", teir: 1, prefix: "gitlab", rateLimit: -1 }, "settings.json")).toThrow(
    /tier: expected "free" or "premium", got "gold"; teir: unknown.*; prefix: expected.*; rateLimit: expected[\s\S]*settings\.json/,
  );
});

test("what lies outside the prefix exists nowhere", () => {
  expect(stripPrefix("/gitlab/api/v4/user", "/gitlab")).toBe("/api/v4/user");
  expect(stripPrefix("/gitlab", "/gitlab")).toBe("/");
  expect(stripPrefix("/gitlabs/api", "/gitlab")).toBe("/-/outside");
  expect(stripPrefix("/api", "")).toBe("/api");
});
