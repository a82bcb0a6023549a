import { describe, expect, test } from "vitest";
import type { ClusterFacts, ProgramEnd, ProgramFacts } from "../../../../../simulators/cluster/supervisor/facts.js";
import {
  afterRepair,
  beginHistory,
  type Judgement,
  judge,
} from "../../../../../simulators/cluster/supervisor/judge.js";

const nothing: ClusterFacts = { missing: [], programs: [] };
const missing = (...names: string[]): ClusterFacts => ({ ...nothing, missing: names });

/** Judges one look after the other; each takes some milliseconds. */
function looks(facts: readonly ClusterFacts[], every = 500): Judgement[] {
  let history = beginHistory(facts[0] ?? nothing);
  return facts.map((one, index) => {
    const judgement = judge(history, one, index * every);
    history = judgement.start.length > 0 ? afterRepair(judgement.history) : judgement.history;
    return judgement;
  });
}

describe("a component", () => {
  test("that runs is left alone", () => {
    expect(looks([nothing, nothing]).map(({ start, hopeless }) => [start, hopeless])).toEqual([
      [[], undefined],
      [[], undefined],
    ]);
  });

  test("that died is started again, with all that died beside it", () => {
    expect(looks([nothing, missing("etcd", "runtime-agent")])[1]?.start).toEqual(["etcd", "runtime-agent"]);
  });

  test("that is missing again after each of two starts does not start", () => {
    const [, , last] = looks([missing("etcd"), missing("etcd", "kwok-controller"), missing("etcd")]);
    expect(last).toMatchObject({ start: [], hopeless: { name: "etcd", how: "does not start" } });
  });

  test("that dies a fourth time within a minute is not started again", () => {
    const dies = [missing("etcd"), nothing];
    const seen = looks([...dies, ...dies, ...dies, ...dies], 5_000);
    expect(seen.map(({ hopeless }) => hopeless?.how)[6]).toBe("died 4 times within 60 s");
    expect(seen.slice(0, 6).every(({ hopeless }) => !hopeless)).toBe(true);
  });

  test("may die now and then", () => {
    const often = Array.from({ length: 20 }, (_, look) => (look % 2 === 0 ? missing("kube-scheduler") : nothing));
    expect(looks(often, 11_000).every(({ hopeless }) => !hopeless)).toBe(true);
  });
});

describe("a program of a pod", () => {
  const failed: ProgramEnd = { exitCode: 1, ranFor: 0 };
  const killed: ProgramEnd = { exitCode: 137, signal: 9, ranFor: 60_000 };
  const program = (restarts: number, end?: ProgramEnd, runs = false): ProgramFacts => ({
    ...{ name: "source-controller", folder: "pods/1/containers/manager", log: "current.log", runs, restarts },
    ...(end && { end }),
  });
  const view = (...programs: ProgramFacts[]): ClusterFacts => ({ missing: [], programs });

  test("that was killed is the runtime agent's to start: it is named, once", () => {
    const seen = looks([view(program(0)), view(program(1, killed, true)), view(program(1, killed, true))]);
    expect(seen.map(({ ended, start }) => [ended.length, start])).toEqual([
      [0, []],
      [1, []],
      [0, []],
    ]);
  });

  test("that fails to start, and again, is not waited for", () => {
    const seen = looks([view(program(0)), view(program(1, failed)), view(program(2, failed))]);
    expect(seen.map(({ hopeless }) => hopeless?.how)).toEqual([undefined, undefined, "does not start (exit code 1)"]);
    expect(seen[2]?.hopeless).toMatchObject({ name: "source-controller", log: "current.log" });
  });

  test("that was killed and then fails to start is not waited for, though both fall between two looks", () => {
    expect(looks([view(program(0, undefined, true)), view(program(2, failed))])[1]?.hopeless).toBeDefined();
  });

  test("may be killed twice in a row: that was somebody else", () => {
    const early = { ...killed, ranFor: 0 };
    expect(looks([view(program(0)), view(program(1, early)), view(program(2, early))])[2]?.hopeless).toBeUndefined();
  });

  test("of which no agent saw the end has not failed", () => {
    const unknown = { exitCode: 255, ranFor: 0 };
    const seen = looks([view(program(0)), view(program(1, unknown)), view(program(2, unknown))]);
    expect(seen[2]?.hopeless).toBeUndefined();
  });

  test("that runs again is waited for", () => {
    expect(looks([view(program(0)), view(program(2, failed, true))])[1]?.hopeless).toBeUndefined();
  });

  test("that ended while a component was away is judged from then on", () => {
    const away = { missing: ["kube-apiserver"], programs: [program(1, failed)] };
    expect(looks([view(program(0)), away, view(program(2, failed))])[2]?.hopeless).toBeUndefined();
  });

  test("that did not start before the supervision either is tried once more", () => {
    const seen = looks([view(program(7, failed)), view(program(7, failed)), view(program(8, failed))]);
    expect(seen.map(({ ended, hopeless }) => [ended.length, hopeless !== undefined])).toEqual([
      [0, false],
      [0, false],
      [1, true],
    ]);
  });
});
