import { expect, test } from "vitest";
import { lastLines } from "../../../../../simulators/cluster/agent/log-server.js";

test.each([
  [null, "a\nb\nc\n"],
  ["2", "b\nc\n"],
  ["0", ""],
  ["9", "a\nb\nc\n"],
  ["-1", "a\nb\nc\n"],
])("tailLines %s gives %j", (wanted, expected) => {
  expect(lastLines("a\nb\nc\n", wanted)).toBe(expected);
});
