import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGitLab, type TestGitLab } from "../e2e/gitlab-support.js";
import type { Case } from "./cases.js";
import { compare, corpusTable, labelled, type Row } from "./compare.js";
import type { Verdict } from "./happened.js";
import { mergeAll, proposeAll } from "./merged.js";
import { rehearseAll, stopRehearsals } from "./predict.js";
import { type RealCluster, startRealCluster } from "./real-cluster.js";

/**
 * Declares the tests of some cases: each merge request is rehearsed, then really merged, and both
 * are compared with its label.
 *
 * @param cases they share one GitLab, one real cluster and one rehearsal cluster
 */
export function testCorpus(cases: readonly Case[]): void {
  const rows = new Map<string, Row>();
  let gitlab: TestGitLab | undefined;
  let cluster: Promise<RealCluster> | undefined;

  beforeAll(async () => {
    const log = (text: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
    // Rehearsals need GitLab only, so they start while the cluster starts.
    cluster = startRealCluster();
    cluster.catch(() => {});
    gitlab = await startTestGitLab({ tls: false });
    const proposals = await proposeAll(gitlab, cases);
    log(`${cases.length} merge requests are open`);
    const [results, predictions] = await Promise.all([
      cluster.then((started) => mergeAll(started, cases, proposals, log)),
      rehearseAll(cases, proposals, gitlab.scratch("rehearsal"), log),
    ]);
    for (const one of cases) {
      const actual = results.get(one.name);
      const predicted = predictions.get(one.name);
      if (!actual || !predicted) throw new Error(`${one.name} was not run`);
      const { name, unknown } = one;
      rows.set(name, { name, label: labelled(one, actual), predicted, actual, unknown });
    }
  }, 4_800_000);

  afterAll(async () => {
    console.log(corpusTable([...rows.values()]));
    if (gitlab) await stopRehearsals(gitlab.scratch("rehearsal"));
    const started = await cluster?.catch(() => undefined);
    await Promise.all([gitlab?.remove(), started?.remove()]);
  }, 120_000);

  describe.each(cases.map((one) => [one.name, one.title] as const))("%s: %s", (name) => {
    const row = () => rows.get(name) as Row;

    test("its label is what happened", () => {
      const { label, actual } = row();
      expect(compare(label, actual), actual.messages.join("\n")).toEqual({ missed: [], alarms: [], others: [] });
    });

    test("every failure and every loss was predicted", () => {
      const { predicted, actual, unknown } = row();
      expect(compare(predicted, actual, unknown).missed, predicted.messages.join("\n")).toEqual([]);
    });
  });

  test("there is at most one false alarm", () => {
    const alarming = [...rows.values()].filter(
      ({ predicted, actual, unknown }) => compare(predicted, actual, unknown).alarms.length > 0,
    );
    expect(alarming.map(({ name }) => name).length, corpusTable(alarming)).toBeLessThanOrEqual(1);
  });

  test("verdicts agree in every case but the false alarm", () => {
    const verdicts = (of: (row: Row) => Verdict) => [...rows.values()].map((row) => `${row.name}: ${of(row)}`);
    const actual = new Set(verdicts((row) => (row.unknown ? "unknown" : row.actual.verdict)));
    const wrong = verdicts((row) => row.predicted.verdict).filter((verdict) => !actual.has(verdict));
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(1);
  });
}
