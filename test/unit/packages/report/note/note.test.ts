import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GitLabError } from "../../../../../packages/kit/gitlab-error.js";
import type { Report } from "../../../../../packages/report/model.js";
import { withMarker } from "../../../../../packages/report/note/marker.js";
import { type NoteClient, type NoteOptions, postNote } from "../../../../../packages/report/note/note.js";
import { sampleReport } from "../sample.js";
import { FakeMergeRequest } from "./fake-merge-request.js";

const heads = { old: "a".repeat(40), new: "b".repeat(40) };

function options(headSha: string, more: Partial<NoteOptions> = {}): NoteOptions {
  const report: Report = { ...sampleReport(), head: { ref: "topic", sha: headSha } };
  return { project: 1, mergeRequest: 2, headSha, report, settleTime: 0, ...more };
}

const about = (request: FakeMergeRequest) =>
  request.notes.map(({ body }) => [/head:(\w)/.exec(body)?.[1], body.includes("### ⛔ Rejected") ? "report" : "words"]);

describe("the note", () => {
  test("is made once, left alone where it says the same, and edited in place", async () => {
    const request = new FakeMergeRequest(heads.old);
    expect(await postNote(request.client(), options(heads.old))).toEqual({ state: "created", id: 1 });
    expect(await postNote(request.client(), options(heads.old))).toEqual({ state: "unchanged", id: 1 });
    request.head = heads.new;
    expect(await postNote(request.client(), options(heads.new))).toEqual({ state: "updated", id: 1 });
    expect(about(request)).toEqual([["b", "report"]]);
  });

  test("is never written about an old commit", async () => {
    const request = new FakeMergeRequest(heads.new);
    expect(await postNote(request.client(), options(heads.old))).toEqual({ state: "outdated", head: heads.new });
    expect(request.notes).toEqual([]);
  });

  test("is refused where the report is about another commit than it is posted for", async () => {
    const request = new FakeMergeRequest(heads.new);
    const report = options(heads.old).report;
    await expect(postNote(request.client(), options(heads.new, { report }))).rejects.toThrow(/report is about aaaa/);
    // In a merged-results pipeline the report is about the merge of the head.
    const merged = options(heads.new, { report, mergedSha: heads.old });
    expect((await postNote(request.client(), merged)).state).toBe("created");
  });

  test("is not one of somebody else, nor of another key, nor one that only quotes the mark", async () => {
    const request = new FakeMergeRequest(heads.old);
    const { body } = withMarker("default", heads.old, "mine, says another");
    request.add(8, body);
    request.add(7, `> ${body}`);
    request.add(7, withMarker("other", heads.old, "another program").body);
    request.add(7, body, true);
    expect(await postNote(request.client(), options(heads.old))).toEqual({ state: "created", id: 5 });
    expect(request.notes).toHaveLength(5);
    expect(await postNote(request.client(), options(heads.old, { key: "other" }))).toEqual({ state: "updated", id: 3 });
  });

  test("is one again where two of them are", async () => {
    const request = new FakeMergeRequest(heads.old);
    request.add(7, withMarker("default", heads.old, "one").body);
    request.add(7, withMarker("default", heads.old, "two").body);
    expect(await postNote(request.client(), options(heads.old))).toEqual({ state: "updated", id: 1 });
    expect(about(request)).toEqual([["a", "report"]]);
  });

  test("is made again where it vanished in the middle, and found where GitLab broke off", async () => {
    const request = new FakeMergeRequest(heads.new);
    request.add(7, withMarker("default", heads.old, "one").body);
    const vanish = request.client("A", async (call) => {
      if (call === "edit 1") request.notes.splice(0);
    });
    expect(await postNote(vanish, options(heads.new))).toEqual({ state: "created", id: 2 });
    const broken = new FakeMergeRequest(heads.new);
    const client = broken.client();
    const notes = client.MergeRequestNotes as { create: (...args: readonly unknown[]) => Promise<unknown> };
    const create = notes.create.bind(notes);
    notes.create = async (...args) => {
      await create(...args);
      throw new GitLabError({ status: 502, words: "", uncertain: true }, "broke off", "note", "again");
    };
    expect((await postNote(client as NoteClient, options(heads.new))).state).toBe("unchanged");
    expect(about(broken)).toEqual([["b", "report"]]);
  });

  test("keeps within the limit and names the page", async () => {
    const request = new FakeMergeRequest(heads.old);
    const diff = `@@ -1 +1 @@\n+${"x".repeat(30_000)}\n`;
    const report = { ...options(heads.old).report };
    const changes = report.changes.map((change) => ({ ...change, ...(change.diff !== "" && { diff }) }));
    const link = "https://gitlab.test/report.html";
    await postNote(request.client(), options(heads.old, { report: { ...report, changes }, limit: 20_000, link }));
    expect(request.notes[0]?.body.length).toBeLessThanOrEqual(20_000);
    expect(request.notes[0]?.body).toContain("**2 of 2 diffs omitted");
    expect(request.notes[0]?.body).toContain(`(${link})`);
  });

  test.each(["", "a b", "a-->b", "x".repeat(65)])("has no key %j", async (key) => {
    const request = new FakeMergeRequest(heads.old);
    await expect(postNote(request.client(), options(heads.old, { key }))).rejects.toThrow(/not a valid note key/);
  });
});

describe("two runs at once", () => {
  test("for one commit end with one note, in whatever order GitLab hears them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), fc.boolean(), async (scheduler, same, before) => {
        const request = new FakeMergeRequest(heads.old);
        if (before) request.add(7, withMarker("default", heads.new, "earlier").body);
        const hold = (name: string) => (call: string) => scheduler.schedule(Promise.resolve(), `${name} ${call}`);
        const second = options(heads.old);
        const other = same ? second : { ...second, report: { ...second.report, duration: 1 } };
        const runs = [
          postNote(request.client("A", hold("A")), options(heads.old)).catch((error: Error) => error),
          postNote(request.client("B", hold("B")), other).catch((error: Error) => error),
        ];
        await scheduler.waitFor(Promise.all(runs));
        expect(about(request)).toEqual([["a", "report"]]);
        expect(request.notes[0]?.id).toBe(1);
      }),
      { numRuns: 150 },
    );
  });

  test("for two commits leave the newer one's report, or say that it was lost", async () => {
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, before) => {
        // GIVEN a run for the head, a push, and a run for the new head
        const request = new FakeMergeRequest(heads.old);
        if (before) request.add(7, withMarker("default", "c".repeat(40), "earlier").body);
        const hold = (name: string) => (call: string) => scheduler.schedule(Promise.resolve(), `${name} ${call}`);
        const push = scheduler.schedule(Promise.resolve(), "push").then(() => {
          request.head = heads.new;
          return postNote(request.client("B", hold("B")), options(heads.new));
        });
        const old = postNote(request.client("A", hold("A")), options(heads.old));
        // WHEN GitLab hears them in any order
        await scheduler.waitFor(Promise.all([old, push]));
        // THEN there is one note, no report about the old head; the newer run's stays if the older one ended before it
        expect(request.notes).toHaveLength(1);
        const [[head, kind] = []] = about(request);
        if (request.log.at(-1)?.startsWith("B")) expect([head, kind]).toEqual(["b", "report"]);
        else expect(["b report", "a words"]).toContain(`${head} ${kind}`);
        if (kind === "words") lost++;
      }),
      { numRuns: 300 },
    );
    // Only an edit that crosses a push and the whole of the newer run does it.
    expect(lost).toBeLessThan(60);
  });
});
