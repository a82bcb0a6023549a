import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectGitLab } from "../../packages/kit/gitlab-client.js";
import { checkout } from "../../packages/kit/state-folder.js";
import type { Report } from "../../packages/report/model.js";
import { type NoteOptions, postNote } from "../../packages/report/note/note.js";
import { renderReport } from "../../packages/report/render.js";
import { sampleReport } from "../unit/packages/report/sample.js";
import { commit, makeProject, makeUser, startTestGitLab, type TestGitLab } from "./gitlab-support.js";

const run = promisify(execFile);
let gitlab: TestGitLab;

beforeAll(async () => {
  gitlab = await startTestGitLab();
});
afterAll(() => gitlab?.remove());

/** A project with a merge request, and a token that may write notes and little else. */
async function propose(name: string, role = 20) {
  const project = await makeProject(gitlab, name);
  const push = async (content: string) =>
    (
      await commit(gitlab, project.id, "topic", [{ action: "create", file_path: content, content }], {
        ...(content === "one" && { start_branch: "main" }),
      })
    ).body.id as string;
  const head = await push("one");
  const { body: request } = await gitlab.api("POST", `/projects/${project.id}/merge_requests`, {
    ...{ source_branch: "topic", target_branch: "main", title: "Change it" },
  });
  const { body: token } = await gitlab.api("POST", `/projects/${project.id}/access_tokens`, {
    ...{ name: "notes", scopes: ["api"], access_level: role, expires_at: inDays(30) },
  });
  const path = `/projects/${project.id}/merge_requests/${request.iid}`;
  return {
    ...{ id: project.id, iid: request.iid as number, path, head, push },
    token: token.token as string,
    client: connectGitLab({ url: gitlab.url, token: token.token, caFile: gitlab.caFile }),
    notes: async () =>
      (await gitlab.api("GET", `${path}/notes?per_page=100`)).body as { id: number; body: string; author: object }[],
  };
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

type Proposal = Awaited<ReturnType<typeof propose>>;

function options({ id, iid }: Proposal, headSha: string, more: Partial<Report> = {}): NoteOptions {
  const report: Report = { ...sampleReport(), head: { ref: "topic", sha: headSha }, ...more };
  return { project: id, mergeRequest: iid, headSha, report, settleTime: 0 };
}

/** The command line as a job of a merge request's pipeline sees it. */
async function timonier(proposal: Proposal, args: readonly string[], environment: Record<string, string> = {}) {
  const report = gitlab.scratch(`report-${proposal.id}.json`);
  writeFileSync(report, renderReport(options(proposal, proposal.head).report, "json"));
  const env = {
    PATH: process.env.PATH ?? "",
    CI_SERVER_URL: gitlab.url,
    TIMONIER_CA_FILE: gitlab.caFile,
    TIMONIER_NOTE_TOKEN: proposal.token,
    CI_PROJECT_ID: String(proposal.id),
    CI_MERGE_REQUEST_IID: String(proposal.iid),
    CI_COMMIT_SHA: proposal.head,
    ...environment,
  };
  try {
    const { stdout, stderr } = await run(
      process.execPath,
      [join(checkout, "cli/timonier.mjs"), ...args, "--report", report],
      { env },
    );
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

describe.each([
  ["reporter", 20],
  ["developer", 30],
])("with a project token of a %s", (role, level) => {
  test("the note is made once and edited in place, beside the notes of people", async () => {
    // GIVEN a merge request with a note that looks like ours
    const proposal = await propose(`note-${role}`, level);
    await postNote(proposal.client, options(proposal, proposal.head));
    const [ours] = await proposal.notes();
    await gitlab.api("POST", `${proposal.path}/notes`, { body: ours?.body });
    // WHEN the head changes
    const head = await proposal.push("two");
    const posted = await postNote(proposal.client, options(proposal, head));
    // THEN ours says so, and the other one is as it was
    expect(posted).toEqual({ state: "updated", id: ours?.id });
    const notes = await proposal.notes();
    expect(notes).toHaveLength(2);
    expect(notes.find(({ id }) => id === ours?.id)?.body).toContain(`(\`${head}\`)`);
    expect(notes.find(({ id }) => id !== ours?.id)?.body).toBe(ours?.body);
    // AND what is about the old head is not written any more
    expect(await postNote(proposal.client, options(proposal, proposal.head))).toEqual({ state: "outdated", head });
    expect(await proposal.notes()).toEqual(notes);
  });
});

describe("runs at once", () => {
  test("for one head end with one note", async () => {
    const proposal = await propose("race");
    const posts = await Promise.all(
      [1, 2, 3, 4].map((duration) => postNote(proposal.client, options(proposal, proposal.head, { duration }))),
    );
    const notes = await proposal.notes();
    expect(notes).toHaveLength(1);
    expect(new Set(posts.map((post) => post.state !== "outdated" && post.id))).toEqual(new Set([notes[0]?.id]));
  });

  test("for two heads end with the newer one's, whichever ends first", async () => {
    const proposal = await propose("two-heads");
    const head = await proposal.push("two");
    const [old, fresh] = await Promise.all([
      postNote(proposal.client, options(proposal, proposal.head)),
      postNote(proposal.client, options(proposal, head)),
    ]);
    expect([old.state, fresh.state]).toEqual(["outdated", "created"]);
    expect((await proposal.notes()).map(({ body }) => body.includes(head))).toEqual([true]);
  });

  test("with a push in the middle of the older one leave the newer one's", async () => {
    // GIVEN a run that is held just before it writes, after it has seen its head
    const proposal = await propose("crossed");
    const notes = proposal.client.MergeRequestNotes;
    let head = "";
    const held = Object.create(proposal.client, {
      MergeRequestNotes: {
        value: {
          all: notes.all.bind(notes),
          edit: notes.edit.bind(notes),
          remove: notes.remove.bind(notes),
          create: async (...args: Parameters<typeof notes.create>) => {
            if (head === "") {
              head = await proposal.push("two");
              await postNote(proposal.client, options(proposal, head));
            }
            return notes.create(...args);
          },
        },
      },
    }) as typeof proposal.client;
    // WHEN the newer run comes and goes in between
    expect(await postNote(held, options(proposal, proposal.head))).toEqual({ state: "outdated", head });
    // THEN
    expect((await proposal.notes()).map(({ body }) => body.includes(`(\`${head}\`)`))).toEqual([true]);
  });
});

describe("timonier note", () => {
  test("posts for the pipeline's merge request, also where its commit is a merge of the head", async () => {
    const proposal = await propose("verb");
    expect(await timonier(proposal, ["note"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^note: created on ${proposal.id}!1 \\(note \\d+\\)\n$`)),
    });
    const merged = { CI_COMMIT_SHA: "c".repeat(40), CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: proposal.head };
    expect((await timonier(proposal, ["note"], merged)).stdout).toMatch(/^note: unchanged/);
    const outdated = { CI_COMMIT_SHA: proposal.head };
    await proposal.push("two");
    expect((await timonier(proposal, ["note"], outdated)).stdout).toMatch(/^note: nothing written/);
  });

  test("without a token says so and is no error", async () => {
    const proposal = await propose("fork");
    const { code, stdout } = await timonier(proposal, ["note"], { TIMONIER_NOTE_TOKEN: "" });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^note: skipped, because there is no token/)]);
    expect(await proposal.notes()).toEqual([]);
  });

  test("never shows its token", async () => {
    const proposal = await propose("secret");
    const { code, stdout, stderr } = await timonier(proposal, ["note"], { CI_MERGE_REQUEST_IID: "99" });
    expect(code).toBe(3);
    expect(stderr).toContain("404");
    expect(stdout + stderr).not.toContain(proposal.token);
  });
});

describe("timonier gate", () => {
  const rules = ["gate", "--fail-on", "data-loss"];

  test("is opened by a label, or by an approval of another user after the head's push", async () => {
    const proposal = await propose("gate");
    const created = new Date().toISOString();
    const shut = await timonier(proposal, rules, { CI_PIPELINE_CREATED_AT: created });
    expect(shut.code).toBe(2);
    expect(shut.stdout).toContain(
      "data-loss: PersistentVolumeClaim default/data is deleted, its data is lost\n" +
        "to accept data-loss: the label timonier:accept-data-loss, or an approval by a user who is not the author; " +
        "then run this job again\ngate: shut",
    );
    // WHEN its author approves, THEN that is not enough
    await gitlab.api("POST", `${proposal.path}/approve`);
    expect((await timonier(proposal, rules, { CI_PIPELINE_CREATED_AT: created })).code).toBe(2);
    // WHEN another user does
    const jane = await makeUser(gitlab, "jane");
    await gitlab.api("POST", `/projects/${proposal.id}/members`, { user_id: jane.id, access_level: 30 });
    expect((await gitlab.api("POST", `${proposal.path}/approve`, {}, jane.token)).status).toBe(201);
    const open = await timonier(proposal, rules, { CI_PIPELINE_CREATED_AT: created });
    expect([open.code, open.stdout]).toEqual([
      0,
      expect.stringContaining("(accepted by the approval of jane)\ngate: open"),
    ]);
    // THEN for a head that is pushed later it counts no more, until the label is there
    const later = { CI_COMMIT_SHA: await proposal.push("two"), CI_PIPELINE_CREATED_AT: created };
    expect((await timonier(proposal, rules, later)).code).toBe(2);
    await gitlab.api("PUT", proposal.path, { add_labels: "timonier:accept-data-loss" });
    expect((await timonier(proposal, rules, later)).stdout).toContain(
      "(accepted by the label timonier:accept-data-loss)",
    );
    expect((await timonier(proposal, [...rules, "--accept", "approval"], later)).code).toBe(2);
    // AND a rejected change cannot be accepted
    expect((await timonier(proposal, ["gate"], { CI_PIPELINE_CREATED_AT: created })).code).toBe(2);
  });
});
