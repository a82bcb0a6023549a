import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHistory } from "../../../../cli/environments/history-table.js";
import { type HistoryQuery, readHistory } from "../../../../cli/environments/read-history.js";
import { type ProgramRecord, renderProgramRecord } from "../../../../packages/manifests/program-record.js";
import { commit, record } from "./samples.js";

// One repository as GitLab leaves it: each merge request is a branch, and a merge commit that names it.
const root = mkdtempSync(join(tmpdir(), "timonier-history-"));
afterAll(() => rmSync(root, { recursive: true }));

let minute = 0;
const at = (minutes: number) => `2026-11-29T12:${String(minutes).padStart(2, "0")}:00Z`;

function git(who: string, ...args: string[]): string {
  const date = new Date(at(minute)).toISOString();
  const env = {
    ...process.env,
    ...{ GIT_AUTHOR_NAME: who, GIT_AUTHOR_EMAIL: "t@example.org", GIT_AUTHOR_DATE: date },
    ...{ GIT_COMMITTER_NAME: who, GIT_COMMITTER_EMAIL: "t@example.org", GIT_COMMITTER_DATE: date },
  };
  return execFileSync("git", ["-c", "commit.gpgsign=false", ...args], { cwd: root, encoding: "utf8", env }).trim();
}

type Files = Readonly<Record<string, string | undefined>>;

function put(files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    rmSync(file, { force: true });
    if (text === undefined) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  git("t", "add", "--all");
}

/** A commit on main itself. @returns its short name */
function push(title: string, files: Files): string {
  minute++;
  put(files);
  git("Bot", "commit", "--quiet", "-m", title);
  return git("t", "rev-parse", "HEAD");
}

/** A merge request, merged by Ada. */
function merge(iid: number, title: string, files: Files): string {
  git("Bot", "switch", "--quiet", "-c", `branch-${iid}`);
  push(title, files);
  git("Bot", "switch", "--quiet", "main");
  minute++;
  const message = `Merge branch 'branch-${iid}' into 'main'\n\n${title}\n\nSee merge request team/application!${iid}`;
  git("Ada", "merge", "--quiet", "--no-ff", "-m", message, `branch-${iid}`);
  return git("t", "rev-parse", "HEAD");
}

const staging = "environments/staging";
const production = "environments/production";
const recordOf = (top: string, text: ProgramRecord): Files => ({
  [`${top}/.timonier-program.json`]: renderProgramRecord(text),
});
const shop = (top: string, text: string | undefined): Files => ({ [`${top}/applications/shop/web.yaml`]: text });

const revisions: Record<string, string> = {};
beforeAll(() => {
  git("t", "init", "--quiet", "--initial-branch", "main");
  revisions.first = push("First commit", { "README.md": "x" });
  revisions.added = merge(1, "Add shop", { ...shop(staging, "1"), ...recordOf(staging, record({ shop: "a" })) });
  // Another application, and another environment.
  merge(2, "Add nginx", {
    [`${staging}/infra/deployment.yaml`]: "1",
    ...recordOf(staging, record({ shop: "a", nginx: "b" })),
  });
  revisions.changed = merge(3, "Change shop", {
    ...shop(staging, "2"),
    ...recordOf(staging, record({ shop: "aa", nginx: "b" })),
  });
  const promoted = { from: "staging", revision: revisions.changed };
  revisions.promoted = merge(4, "Promote to production: shop", {
    ...shop(production, "2"),
    ...recordOf(production, record({ shop: "aa" }, { promoted })),
  });
  revisions.same = merge(5, "Change production only", {
    ...recordOf(staging, record({ shop: "aaa", nginx: "b" }, { uncommitted: true })),
  });
  revisions.hand = push("Change by hand", shop(production, "by hand"));
  revisions.removed = merge(6, "Remove shop", {
    ...shop(staging, undefined),
    ...recordOf(staging, record({ nginx: "b" })),
  });
});

const query = (application: string, ...environments: ReadonlyArray<string | undefined>): HistoryQuery => ({
  ...{ application, environments, gitlabUrl: "https://gitlab.example.org/" },
  folders: new Map([
    ["nginx", "infra"],
    ["shop", "applications/shop"],
  ]),
});

describe("the history of an application", () => {
  test("in one environment has each merge request that changed it, newest first", async () => {
    const entries = await readHistory(root, query("shop", "staging"));
    expect(entries.map(({ change, revision, title }) => [change, revision, title])).toEqual([
      ["removed", revisions.removed, "Remove shop"],
      ["same", revisions.same, "Change production only"],
      ["changed", revisions.changed, "Change shop"],
      ["added", revisions.added, "Add shop"],
    ]);
  });

  test("says who merged which request when, and from which commit of the program", async () => {
    const [, , entry] = await readHistory(root, query("shop", "staging"));
    expect(entry).toEqual({
      environment: "staging",
      revision: revisions.changed,
      since: at(7),
      until: at(11),
      change: "changed",
      program: commit(2),
      title: "Change shop",
      author: "Ada",
      mergeRequest: {
        reference: "team/application!3",
        url: "https://gitlab.example.org/team/application/-/merge_requests/3",
      },
    });
  });

  test("marks changes that were in no commit, and has no end for what runs now", async () => {
    const [removed, same] = await readHistory(root, query("shop", "staging"));
    expect(same).toMatchObject({ uncommitted: true, until: removed?.since });
    expect(removed).not.toHaveProperty("until");
    expect(removed).not.toHaveProperty("program");
  });

  test("has promotions, and changes that neither the program nor a merge request made", async () => {
    const [hand, promoted, ...others] = await readHistory(root, query("shop", "production"));
    expect(others).toEqual([]);
    expect(hand).toMatchObject({ change: "outside", revision: revisions.hand, author: "Bot", title: "Change by hand" });
    expect(hand).not.toHaveProperty("mergeRequest");
    expect(hand).not.toHaveProperty("promoted");
    expect(promoted).toMatchObject({
      change: "added",
      promoted: { from: "staging", revision: revisions.changed },
      until: hand?.since,
    });
  });

  test("in several environments is in the order of the branch", async () => {
    const entries = await readHistory(root, query("shop", "staging", "production"));
    expect(entries.map(({ environment, revision }) => [environment, revision])).toEqual([
      ["staging", revisions.removed],
      ["production", revisions.hand],
      ["staging", revisions.same],
      ["production", revisions.promoted],
      ["staging", revisions.changed],
      ["staging", revisions.added],
    ]);
  });

  test("is empty where it never ran", async () => {
    expect(await readHistory(root, query("nginx", "production"))).toEqual([]);
    expect(renderHistory("nginx", [])).toBe("nginx never ran there");
  });

  test("of an unknown application is an error with the closest name", async () => {
    await expect(readHistory(root, query("shp", "staging"))).rejects.toThrow(
      /unknown application shp; did you mean shop\?\n.*history shp\n.*use one of nginx, shop/,
    );
  });

  test("of an application that only the records have is found", async () => {
    const entries = await readHistory(root, { ...query("shop", "staging"), folders: new Map() });
    expect(entries).toHaveLength(4);
  });
});

test("people see a table", async () => {
  const text = renderHistory("shop", await readHistory(root, query("shop", "staging", "production")));
  const short = (name: string) => revisions[name]?.slice(0, 8);
  const rows = text.split("\n").map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(["ENVIRONMENT", "SINCE", "UNTIL", "PROGRAM", "REVISION", "MERGE REQUEST", "BY", "CHANGE"]);
  expect(rows[1]).toEqual(["staging", at(14), short("removed"), "team/application!6", "Ada", "removed: Remove shop"]);
  expect(rows[2]).toEqual([
    "production",
    at(12),
    "now",
    commit(2).slice(0, 8),
    short("hand"),
    "Bot",
    "changed outside the program: Change by hand",
  ]);
  expect(rows[3]?.slice(0, 4)).toEqual(["staging", at(11), at(14), "33333333+"]);
  expect(rows[4]?.at(-1)).toBe(`added (promoted from staging at ${short("changed")}): Promote to production: shop`);
});

test("without environments, the folder of the application is followed, and no program is known", async () => {
  const text = (value: string) => ({ "infra/deployment.yaml": value });
  const first = push("First commit of nginx", text("1"));
  push("Something else", { "applications/other/x.yaml": "1" });
  const second = merge(7, "Scale nginx", text("2"));
  const entries = await readHistory(root, query("nginx", undefined));
  expect(entries.map(({ revision, change, title }) => [revision, change, title])).toEqual([
    [second, "changed", "Scale nginx"],
    [first, "added", "First commit of nginx"],
  ]);
  expect(entries[0]).not.toHaveProperty("environment");
  expect(entries[0]).not.toHaveProperty("program");
  expect(renderHistory("nginx", entries).split("\n")[0]).not.toContain("ENVIRONMENT");
});
