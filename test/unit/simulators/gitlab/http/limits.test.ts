import { expect, test } from "vitest";
import { basicCredentials, tokenValue } from "../../../../../simulators/gitlab/http/auth.js";
import { noFaults } from "../../../../../simulators/gitlab/http/faults.js";
import { KeyedLock } from "../../../../../simulators/gitlab/http/keyed-lock.js";
import { rateLimiter } from "../../../../../simulators/gitlab/http/rate-limit.js";

test("a limit counts each caller by the minute and says when to come back", () => {
  const limit = rateLimiter(2);
  const now = new Date("2026-01-01T00:00:10Z");
  expect(limit("a", now)).toMatchObject({ "ratelimit-limit": "2", "ratelimit-remaining": "1" });
  limit("a", now);
  expect(() => limit("a", now)).toThrow(
    expect.objectContaining({ status: 429, headers: expect.objectContaining({ "retry-after": "50" }) }) as Error,
  );
  expect(limit("b", now)).toMatchObject({ "ratelimit-observed": "1" });
  expect(limit("a", new Date("2026-01-01T00:01:00Z"))).toMatchObject({ "ratelimit-observed": "1" });
});

test("without a limit no header tells a client to slow down", () => {
  expect(rateLimiter(0)("a", new Date())).toEqual({});
});

test("tasks of one key wait for each other, also after a failure", async () => {
  const lock = new KeyedLock();
  const seen: string[] = [];
  const task = (name: string, fails = false) =>
    lock.run("k", async () => {
      seen.push(`${name} begins`);
      await new Promise((done) => setTimeout(done, 5));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
    });
  const results = await Promise.allSettled([task("a", true), task("b")]);
  expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});

test("an injected fault affects so many matching requests and no others", () => {
  const faults = noFaults();
  faults.inject({ method: "POST", path: "/projects$", times: 1, status: 500 });
  expect(faults.take("GET", "/api/v4/projects")).toBeUndefined();
  expect(faults.take("POST", "/api/v4/projects")?.status).toBe(500);
  expect(faults.take("POST", "/api/v4/projects")).toBeUndefined();
});

test("a token comes in any of the ways clients send it", () => {
  expect(tokenValue({ "private-token": "a" }, {})).toBe("a");
  expect(tokenValue({ authorization: "Bearer b" }, {})).toBe("b");
  expect(tokenValue({}, { private_token: "c" })).toBe("c");
  expect(tokenValue({}, {})).toBeUndefined();
});

test("Basic credentials may hold a colon in the password", () => {
  expect(basicCredentials(`Basic ${Buffer.from("u:p:q").toString("base64")}`)).toEqual({
    username: "u",
    password: "p:q",
  });
  expect(basicCredentials("Basic !!!")).toBeUndefined();
  expect(basicCredentials(undefined)).toBeUndefined();
});
