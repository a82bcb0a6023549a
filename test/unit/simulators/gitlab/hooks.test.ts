import { expect, test } from "vitest";
import { alertStatus, recordDelivery, wants } from "../../../../simulators/gitlab/hooks.js";
import type { Hook } from "../../../../simulators/gitlab/model/types/automation.js";
import { addProject, newState } from "./support.js";

const now = new Date("2026-01-01T00:00:00Z");
const hook = (settings: Record<string, unknown> = { push_events: true }): Hook => ({
  id: 1,
  projectId: 1,
  url: "https://example.com",
  token: null,
  createdAt: "",
  settings,
  failures: 0,
  disabledUntil: null,
});

test("a hook pauses after four failures and is off after forty", () => {
  const failing = hook();
  for (let count = 1; count <= 3; count++) recordDelivery(failing, false, now);
  expect(alertStatus(failing, now)).toBe("executable");
  recordDelivery(failing, false, now);
  expect(alertStatus(failing, now)).toBe("temporarily_disabled");
  expect(alertStatus(failing, new Date("2026-01-01T00:01:01Z"))).toBe("executable");
  for (let count = 5; count <= 40; count++) recordDelivery(failing, false, now);
  expect(alertStatus(failing, new Date("2027-01-01T00:00:00Z"))).toBe("disabled");
});

test("one success makes a hook whole again", () => {
  const failing = hook();
  for (let count = 1; count <= 6; count++) recordDelivery(failing, false, now);
  recordDelivery(failing, true, now);
  expect(alertStatus(failing, now)).toBe("executable");
  expect(failing.failures).toBe(0);
});

test("a hook hears of its own project, its own events and its own branches", () => {
  const project = addProject(newState(), "app", 1);
  const push = { project, trigger: "push_events", name: "Push Hook", branch: "main", payload: {} };
  expect(wants(hook(), push)).toBe(true);
  expect(wants(hook(), { ...push, trigger: "merge_requests_events" })).toBe(false);
  expect(wants({ ...hook(), projectId: 2 }, push)).toBe(false);
  const filtered = hook({ push_events: true, push_events_branch_filter: "release/*" });
  expect(wants(filtered, push)).toBe(false);
  expect(wants(filtered, { ...push, branch: "release/1" })).toBe(true);
});
