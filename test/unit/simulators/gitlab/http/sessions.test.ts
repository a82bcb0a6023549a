import { expect, test } from "vitest";
import { noSessions } from "../../../../../simulators/gitlab/http/sessions.js";

const at = (minutes: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + minutes * 60_000);

test("GIVEN a session THEN it is known for twelve hours, until it is closed", () => {
  const sessions = noSessions();
  const value = sessions.open(7, at(0));
  expect([sessions.tokenOf(value, at(719)), sessions.tokenOf("other", at(1))]).toEqual([7, undefined]);
  expect(sessions.tokenOf(value, at(720))).toBeUndefined();
  const second = sessions.open(7, at(0));
  sessions.close(second);
  expect(sessions.tokenOf(second, at(1))).toBeUndefined();
});

test("GIVEN a link THEN it signs in once, within ten minutes, and is no session", () => {
  const sessions = noSessions();
  const { secret, until } = sessions.issueLink(7, at(0));
  expect(until).toEqual(at(10));
  expect([sessions.linkOf(secret, at(1)), sessions.linkOf(secret, at(9))]).toEqual([7, 7]);
  expect(sessions.tokenOf(secret, at(1))).toBeUndefined();
  expect([sessions.redeem(secret, at(9)), sessions.redeem(secret, at(9))]).toEqual([7, undefined]);
  const late = sessions.issueLink(7, at(0));
  expect(sessions.redeem(late.secret, at(10))).toBeUndefined();
});

test("GIVEN more sessions than are kept THEN the oldest goes", () => {
  const sessions = noSessions();
  const first = sessions.open(1, at(0));
  for (let each = 0; each < 1_000; each++) sessions.open(2, at(0));
  expect(sessions.tokenOf(first, at(0))).toBeUndefined();
});
