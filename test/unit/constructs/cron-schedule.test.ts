import { expect, test } from "vitest";
import { cronSchedule, timeZone } from "../../../constructs/cron-schedule.js";

test.each([
  "* * * * *",
  "0 3 * * 0",
  "*/15 0-5,22 1 jan,JUL mon-fri",
  "5/10 ? 1-31/2 12 sat",
  " 0  3 * * * ",
  "@hourly",
  "@every 1h30m",
])("%j is a schedule", (schedule) => {
  expect(cronSchedule("schedule", schedule)).toEqual([]);
});

test.each([
  ["", "five fields"],
  ["* * * *", "five fields"],
  ["0 * * * * *", "five fields"],
  ["@noon", "five fields"],
  ["TZ=UTC 0 3 * * *", "five fields"],
  ["60 * * * *", "a minute from 0 to 59"],
  ["* 24 * * *", "an hour from 0 to 23"],
  ["* * 0 * *", "a day of the month from 1 to 31"],
  ["* * L * *", "a day of the month"],
  ["* * * 13 *", "a month from 1 to 12"],
  ["* * * * 7", "a day of the week from 0 to 6"],
  ["* * * * monday", "a day of the week"],
  ["5-1 * * * *", "a minute"],
  ["1-2-3 * * * *", "a minute"],
  ["*/0 * * * *", "a minute"],
  ["*/x * * * *", "a minute"],
  ["1, * * * *", "a minute"],
  ["-1 * * * *", "a minute"],
  ["@every 500ms", "at least one second"],
  ["@every day", "at least one second"],
  [undefined, "five fields"],
])("%j is none", (schedule, expected) => {
  expect(cronSchedule("schedule", schedule)).toEqual([expect.stringContaining(`schedule: expected`)]);
  expect(cronSchedule("schedule", schedule)[0]).toContain(expected);
});

test("each wrong field is an error of its own", () => {
  expect(cronSchedule("schedule", "60 24 * * *")).toHaveLength(2);
});

test.each(["Etc/UTC", "UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Calcutta"])(
  "%s is a time zone",
  (zone) => {
    expect(timeZone("timeZone", zone)).toEqual([]);
  },
);

test.each([
  ["europe/paris", 'timeZone: expected "Europe/Paris", got "europe/paris"'],
  ["Paris", 'timeZone: expected a time zone such as "Europe/Paris" or "Etc/UTC", got "Paris"'],
  ["etc/utc", 'timeZone: expected a time zone such as "Europe/Paris" or "Etc/UTC", got "etc/utc"'],
  ["+01:00", 'timeZone: expected a time zone such as "Europe/Paris" or "Etc/UTC", got "+01:00"'],
  ["Local", 'timeZone: expected a time zone such as "Europe/Paris" or "Etc/UTC", got "Local"'],
  ["", 'timeZone: expected a time zone such as "Europe/Paris" or "Etc/UTC", got ""'],
])("%j is none", (zone, error) => {
  expect(timeZone("timeZone", zone)).toEqual([error]);
});
