import { setTimeout as sleep } from "node:timers/promises";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import type { Report } from "../model.js";
import { renderReport } from "../render.js";
import { checkKey, markerLength, type NoteMarker, readMarker, withMarker } from "./marker.js";

/** The part of the GitLab client that is used. */
export type NoteClient = Pick<GitLab, "MergeRequestNotes" | "MergeRequests" | "Users">;

/** Which note is written, and where. */
export interface NoteOptions {
  /** Id or path of the merge request's target project. */
  readonly project: number | string;
  /** Number of the merge request in its project. */
  readonly mergeRequest: number;
  /** Report on the cluster, and on the infrastructure if it was previewed. */
  readonly report: Report;
  /**
   * Head of the source branch that the report is about. In a merged results pipeline that is not
   * the pipeline's commit.
   */
  readonly headSha: string;
  /** Commit of a merged results pipeline: the report may be about this one. @default the pipeline runs for the head */
  readonly mergedSha?: string;
  /** Separates the notes of several programs on one merge request. @default "default" */
  readonly key?: string;
  /** URL of the full report. @default none */
  readonly link?: string;
  /** Most characters of a note. @default 1,000,000, which is GitLab's own limit */
  readonly limit?: number;
  /** Milliseconds after which a note that replaced another commit's note is checked again. @default 1,000 */
  readonly settleTime?: number;
}

/** Result of {@link postNote}. */
export type Posted =
  | { readonly state: "created" | "updated" | "unchanged"; readonly id: number }
  /** The merge request has another head by now, so nothing was written. */
  | { readonly state: "outdated"; readonly head: string };

/**
 * @see
 * https://docs.gitlab.com/administration/instance_limits/#size-of-comments-and-descriptions-of-issues-merge-requests-and-epics
 */
const noteLimit = 1_000_000;

/** Most attempts: an undisturbed run needs two, and more than this cannot be a race between runs. */
const rounds = 10;

/**
 * Writes the one note of a merge request: the first run creates it, later runs edit it.
 *
 * Nothing is written for a commit that is no longer the head. Of two concurrent runs the note that
 * was created first stays; of two heads the newer one's note stays. GitLab edits notes
 * unconditionally, so a run checks its note afterwards and withdraws an edit that crossed a push.
 *
 * @throws UserError when the report is about another commit, and when GitLab rejects a request
 */
export async function postNote(client: NoteClient, options: NoteOptions): Promise<Posted> {
  const { headSha } = options;
  const key = checkKey(options.key ?? "default");
  const about = options.report.head.sha;
  if (about !== undefined && about !== headSha && about !== options.mergedSha) {
    throw new UserError(
      `the report is about ${about}`,
      `the merge request's head ${headSha}`,
      "rehearse the commit that the pipeline runs for",
      { code: "TIM-715" },
    );
  }
  const text = renderReport(options.report, "markdown", {
    limit: (options.limit ?? noteLimit) - markerLength,
    ...(options.link !== undefined && { link: options.link }),
  });
  const run = new Run(client, options, key, text.trimEnd());
  for (let round = 0; round < rounds; round++) {
    const posted = await run.round();
    if (posted) return posted;
  }
  throw new UserError(
    `the note was changed by another program ${rounds} times`,
    `merge request !${options.mergeRequest} of ${options.project}`,
    "let one job at a time write it, with resource_group in .gitlab-ci.yml",
    { code: "TIM-716" },
  );
}

interface Note {
  readonly id: number;
  readonly marker: NoteMarker;
}

class Run {
  #me: number | undefined;
  #state: "created" | "updated" | "unchanged" = "unchanged";
  readonly #body: string;
  readonly #mark: NoteMarker;

  constructor(
    private readonly client: NoteClient,
    private readonly options: NoteOptions,
    private readonly key: string,
    text: string,
  ) {
    ({ body: this.#body, marker: this.#mark } = withMarker(key, options.headSha, text));
  }

  /** One attempt. @returns undefined when the note has to be checked again */
  async round(): Promise<Posted | undefined> {
    const { headSha, settleTime = 1_000 } = this.options;
    const [first, ...duplicates] = await this.ownNotes();
    // Read last, to leave the least time for a push in between.
    const head = await this.head();
    if (head !== headSha) return this.withdraw(head);
    if (first && this.isCurrent(first)) {
      if (duplicates.length === 0) return { state: this.#state, id: first.id };
      await this.remove(duplicates);
      return undefined;
    }
    const replaces = first !== undefined && first.marker.head !== headSha;
    if (!(await this.write(first))) return undefined;
    this.#state = first || this.#state === "updated" ? "updated" : "created";
    // A run for the commit of the replaced note may still write.
    if (replaces) await sleep(settleTime);
    return undefined;
  }

  /** Notes with this key by the token's own user, the oldest first. */
  private async ownNotes(): Promise<readonly Note[]> {
    const { project, mergeRequest } = this.options;
    this.#me ??= (await this.client.Users.showCurrentUser()).id;
    const notes = await this.client.MergeRequestNotes.all(project, mergeRequest, { perPage: 100 });
    return notes
      .filter(({ author, system }) => author.id === this.#me && !system)
      .flatMap(({ id, body }) => {
        const marker = readMarker(this.key, body);
        return marker ? [{ id, marker }] : [];
      })
      .sort((a, b) => a.id - b.id);
  }

  private isCurrent({ marker }: Note): boolean {
    return marker.head === this.#mark.head && marker.text === this.#mark.text;
  }

  private async head(): Promise<string> {
    const { project, mergeRequest } = this.options;
    return (await this.client.MergeRequests.show(project, mergeRequest)).sha;
  }

  /** @returns false when the note was deleted meanwhile, or when GitLab did not confirm the request */
  private async write(note: Note | undefined): Promise<boolean> {
    const { project, mergeRequest } = this.options;
    const notes = this.client.MergeRequestNotes;
    try {
      if (note) await notes.edit(project, mergeRequest, note.id, { body: this.#body });
      else await notes.create(project, mergeRequest, this.#body);
      return true;
    } catch (error) {
      if ((note && isGone(error)) || (error instanceof GitLabError && error.uncertain)) return false;
      throw error;
    }
  }

  private async remove(notes: readonly Note[]): Promise<void> {
    const { project, mergeRequest } = this.options;
    for (const { id } of notes) {
      await this.client.MergeRequestNotes.remove(project, mergeRequest, id).catch(unlessGone);
    }
  }

  /** Withdraws what this run wrote about an old commit. The run for the newer head writes its own note. */
  private async withdraw(head: string): Promise<Posted> {
    const { project, mergeRequest, headSha } = this.options;
    if (this.#state === "unchanged") return { state: "outdated", head };
    const [kept, ...duplicates] = await this.ownNotes();
    await this.remove(duplicates.filter((note) => this.isCurrent(note)));
    if (kept && this.isCurrent(kept)) {
      const notice = `This report about \`${headSha}\` is outdated: the head is \`${head}\`. The head's pipeline updates this note; if that pipeline has ended, run its job again.`;
      const { body } = withMarker(this.key, headSha, notice);
      await this.client.MergeRequestNotes.edit(project, mergeRequest, kept.id, { body }).catch(unlessGone);
    }
    return { state: "outdated", head };
  }
}

/** Another run may remove the same notes. */
function unlessGone(error: unknown): void {
  if (!isGone(error)) throw error;
}
