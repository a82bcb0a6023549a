import type { ApplicationRecord } from "@timonier/manifests/program-record";

/** A commit of the branch that Flux follows. */
export interface BranchCommit {
  readonly sha: string;
  /** When it came to the branch, in ISO 8601. */
  readonly date: string;
  /** Name of its author; of a merge commit that is who merged. */
  readonly author: string;
  readonly message: string;
}

/** What an environment has of an application at a commit. */
export interface ApplicationAt {
  readonly commit: BranchCommit;
  /** Digest of the application's files. @default it has none */
  readonly files?: string | undefined;
  /** @default not in the record, or the stack belongs to no environment */
  readonly record?: ApplicationRecord | undefined;
}

/** What ran, and since when; `--json` prints it as it is. */
export interface HistoryEntry {
  /** @default the stack belongs to no environment */
  readonly environment?: string;
  /** Commit of the application repository. */
  readonly revision: string;
  /** When it was merged, in ISO 8601. */
  readonly since: string;
  /** When the next change was merged. @default it is the last one */
  readonly until?: string;
  /**
   * `same`: only the record changed, because the program changed for another environment ·
   * `outside`: only the files changed, by hand or by image automation.
   */
  readonly change: "added" | "changed" | "same" | "outside" | "removed";
  /** Commit of the program. @default not known */
  readonly program?: string;
  /** The program had changes that were in no commit. */
  readonly uncommitted?: true;
  /** The environment, and the commit there, from which it was promoted. @default it was not promoted */
  readonly promoted?: { readonly from: string; readonly revision: string };
  /** Title of the merge request, else the first line of the commit. */
  readonly title: string;
  /** Who merged. */
  readonly author: string;
  /** @default the commit came without a merge request, or its message does not name it */
  readonly mergeRequest?: { readonly reference: string; readonly url: string };
}

/** Where the entries belong. */
export interface HistoryPlace {
  readonly environment: string | undefined;
  /** Web address of the GitLab instance. */
  readonly gitlabUrl: string;
}

/**
 * What changed for an application in one environment, newest first.
 *
 * @param states oldest first
 */
export function applicationHistory(states: readonly ApplicationAt[], place: HistoryPlace): HistoryEntry[] {
  const changes = states.flatMap((state, index) => {
    const change = changeOf(states[index - 1], state);
    return change === undefined ? [] : [{ state, change }];
  });
  const entries = changes.map(({ state, change }, index): HistoryEntry => {
    const next = changes[index + 1]?.state.commit.date;
    return { ...entryOf(state, change, place), ...(next !== undefined && { until: utc(next) }) };
  });
  return entries.reverse();
}

/** @returns undefined where nothing changed */
function changeOf(before: ApplicationAt | undefined, now: ApplicationAt): HistoryEntry["change"] | undefined {
  if (!before || !exists(before)) return exists(now) ? "added" : undefined;
  if (!exists(now)) return "removed";
  const sameRecord = JSON.stringify(before.record) === JSON.stringify(now.record);
  if (before.files === now.files) return sameRecord ? undefined : "same";
  return sameRecord && now.record !== undefined ? "outside" : "changed";
}

function exists({ files, record }: ApplicationAt): boolean {
  return files !== undefined || record !== undefined;
}

function entryOf(
  { commit, record }: ApplicationAt,
  change: HistoryEntry["change"],
  { environment, gitlabUrl }: HistoryPlace,
): HistoryEntry {
  const { sha, date, author, message } = commit;
  const mergeRequest = mergeRequestOf(message, gitlabUrl);
  return {
    ...(environment !== undefined && { environment }),
    revision: sha,
    since: utc(date),
    change,
    ...(record?.program !== undefined && { program: record.program }),
    ...(record?.uncommitted && { uncommitted: record.uncommitted }),
    ...(record?.promoted && change !== "outside" && { promoted: record.promoted }),
    title: titleOf(message, mergeRequest !== undefined),
    author,
    ...(mergeRequest && { mergeRequest }),
  };
}

/**
 * The merge request that GitLab names at the end of a merge commit.
 *
 * @see https://docs.gitlab.com/user/project/merge_requests/commit_templates/
 */
function mergeRequestOf(message: string, gitlabUrl: string): HistoryEntry["mergeRequest"] {
  const [, project, iid] = /^See merge request (\S+?)!(\d+)\s*$/m.exec(message) ?? [];
  if (project === undefined || iid === undefined) return undefined;
  const url = `${gitlabUrl.replace(/\/$/, "")}/${project}/-/merge_requests/${iid}`;
  return { reference: `${project}!${iid}`, url };
}

/** GitLab writes the title of the merge request below the first line. */
function titleOf(message: string, isMerge: boolean): string {
  const [first = "", ...others] = message.split("\n").filter((line) => line.trim() !== "");
  const [title] = others;
  return isMerge && title !== undefined && !title.startsWith("See merge request") ? title : first;
}

/** `2026-11-29T12:00:00Z`, whatever the time zone of who committed. */
function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}
