import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AgentContext } from "../../../../../simulators/cluster/agent/agent-context.js";
import { type Clock, isDue, renewToken } from "../../../../../simulators/cluster/agent/pod-credentials.js";
import type { Pod } from "../../../../../simulators/cluster/agent/pod-objects.js";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const noon = Date.parse("2026-03-01T12:00:00Z");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "timonier-credentials-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pod = { metadata: { namespace: "default", name: "a", uid: "1" }, spec: { containers: [] } } as unknown as Pod;

/**
 * Lets a token of one hour be kept, with a clock that each wait moves on.
 *
 * @param jumps milliseconds that the clock jumps in a wait, by the wait's number from 0: a machine
 * that sleeps, a clock that is set
 * @param waits number of waits until the end
 * @param refused numbers of requests that the API server refuses
 * @returns the times at which a token was asked for, in milliseconds after noon
 */
async function keep(jumps: Readonly<Record<number, number>>, waits: number, refused: readonly number[] = []) {
  const stop = new AbortController();
  const asked: number[] = [];
  let now = noon;
  let waited = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (time) => {
      now += time + (jumps[waited] ?? 0);
      waited++;
      if (waited > waits) stop.abort();
    },
  };
  const call = async () => {
    asked.push(now - noon);
    if (refused.includes(asked.length)) throw new Error("no connection");
    return { status: { token: `token ${asked.length}`, expirationTimestamp: new Date(now + HOUR).toISOString() } };
  };
  const context = { api: { call }, log: () => {} } as unknown as AgentContext;
  await renewToken(context, pod, { folder, life: { issued: noon, expires: noon + HOUR }, signal: stop.signal, clock });
  return asked;
}

describe("a token of an hour", () => {
  test("is renewed after four fifths of its life", async () => {
    expect(await keep({}, 100)).toEqual([48 * 60 * SECOND]);
    expect(readFileSync(join(folder, "token"), "utf8")).toBe("token 1");
  });

  test("is renewed within half a minute after a machine has slept for days", async () => {
    expect(await keep({ 3: 4 * DAY }, 5)).toEqual([4 * DAY + 120 * SECOND]);
  });

  test("is renewed within half a minute after the clock was set back: it would be one of the future", async () => {
    expect(await keep({ 3: -2 * HOUR }, 5)).toEqual([-2 * HOUR + 120 * SECOND]);
  });

  test("is asked for again ten seconds after an answer that failed", async () => {
    expect(await keep({ 0: DAY }, 5, [1, 2])).toEqual([30, 40, 50].map((seconds) => DAY + seconds * SECOND));
  });
});

test("a token is not due for a clock that differs by seconds", () => {
  expect(isDue({ issued: noon, expires: noon + HOUR }, noon - 5 * SECOND)).toBe(false);
});
