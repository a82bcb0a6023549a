import { setTimeout as sleep } from "node:timers/promises";
import type { GitLab } from "@timonier/kit/gitlab-client";
import { GitLabError, isGone } from "@timonier/kit/gitlab-error";
import { UserError } from "@timonier/kit/user-error";
import type { Report } from "../model.js";
import { renderReport } from "../render.js";
import { checkKey, type Mark, marked, markLength, readMark } from "./marker.js";

/** What is used of a GitLab client. */
export type NoteClient = Pick<GitLab, "MergeRequestNotes" | "MergeRequests" | "Users">;

/** Which note, and where. */
export interface NoteOptions {
  /** Number of the project that the merge request goes to, or its path. */
  readonly project: number | string;
  /** Its number in the project. */
  readonly mergeRequest: number;
  /** Both planes, as far as they are known. */
  readonly report: Report;
  /** Head of the source branch that the report was made for. In merged-results pipelines that is not the pipeline's commit. */
  readonly headSha: string;
  /** Commit of the pipeline, where it is a merge of that head: the report's own head may be this one. */
  readonly mergedSha?: string;
  /** Keeps the notes of several programs on one merge request apart. @default "default" */
  readonly key?: string;
  /** Address of the whole page. @default none */
  readonly link?: string;
  /** Most characters of a note. @default 1,000,000, which is GitLab's own limit */
  readonly limit?: number;
  /** Milliseconds after which a note that took another commit's place is looked at again. @default 1,000 */
  readonly settle?: number;
}

/** What came of it. */
export type Posted =
  | { readonly state: "created" | "updated" | "unchanged"; readonly id: number }
  /** The merge request has another head by now: nothing is said about the old one. */
  | { readonly state: "outdated"; readonly head: string };

/** @see https://docs.gitlab.com/administration/instance_limits/#size-of-comments-and-descriptions-of-issues-merge-requests-and-epics */
const noteLimit = 1_000_000;

/** Looks after which something else is wrong than a race; one that nobody disturbs takes two. */
const rounds = 10;

/**
 * Writes the one note of a merge request: made once, then edited in place.
 *
 * Nothing is written for a commit that is not the head any more. Two runs at once end with one note, the first one made;
 * of two heads the newer one's stays. GitLab edits notes without asking what they held, so a run looks again afterwards:
 * an edit that crossed a push is taken back.
 *
 * @throws UserError when the report is about another commit than it is posted for, and for what GitLab refuses
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
    );
  }
  const text = renderReport(options.report, "markdown", {
    limit: (options.limit ?? noteLimit) - markLength,
    ...(options.link !== undefined && { link: options.link }),
  });
  const run = new Run(client, options, key, text.trimEnd());
  for (let round = 0; round < rounds; round++) {
    const posted = await run.round();
    if (posted) return posted;
  }
  throw new UserError(
    `the note was changed by somebody else ${rounds} times`,
    `merge request !${options.mergeRequest} of ${options.project}`,
    "let one job at a time write it: resource_group in .gitlab-ci.yml",
  );
}

interface Note {
  readonly id: number;
  readonly mark: Mark;
}

class Run {
  #me: number | undefined;
  #state: "created" | "updated" | "unchanged" = "unchanged";
  readonly #body: string;
  readonly #mark: Mark;

  constructor(
    private readonly client: NoteClient,
    private readonly options: NoteOptions,
    private readonly key: string,
    text: string,
  ) {
    ({ body: this.#body, mark: this.#mark } = marked(key, options.headSha, text));
  }

  /** One attempt. undefined: something is not as it has to be in the end, so it is looked at again. */
  async round(): Promise<Posted | undefined> {
    const { headSha, settle = 1_000 } = this.options;
    const [first, ...spare] = await this.ours();
    // Asked last, so that a push has the least time to come between.
    const head = await this.head();
    if (head !== headSha) return this.takeBack(head);
    if (first && this.isMine(first)) {
      if (spare.length === 0) return { state: this.#state, id: first.id };
      await this.remove(spare);
      return undefined;
    }
    const replaces = first !== undefined && first.mark.head !== headSha;
    if (!(await this.write(first))) return undefined;
    this.#state = first || this.#state === "updated" ? "updated" : "created";
    // Where another commit's note stood, a run for that commit may still be on its way.
    if (replaces) await sleep(settle);
    return undefined;
  }

  /** Notes of this key that this token's own user wrote, the oldest first. */
  private async ours(): Promise<readonly Note[]> {
    const { project, mergeRequest } = this.options;
    this.#me ??= (await this.client.Users.showCurrentUser()).id;
    const notes = await this.client.MergeRequestNotes.all(project, mergeRequest, { perPage: 100 });
    return notes
      .filter(({ author, system }) => author.id === this.#me && !system)
      .flatMap(({ id, body }) => {
        const mark = readMark(this.key, body);
        return mark ? [{ id, mark }] : [];
      })
      .sort((a, b) => a.id - b.id);
  }

  private isMine({ mark }: Note): boolean {
    return mark.head === this.#mark.head && mark.text === this.#mark.text;
  }

  private async head(): Promise<string> {
    const { project, mergeRequest } = this.options;
    return (await this.client.MergeRequests.show(project, mergeRequest)).sha;
  }

  /** @returns false when it is not known to be written: the note is gone, or GitLab broke off */
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

  /** Whatever this run wrote is about an old commit: it makes way, and the newer head's run writes its own. */
  private async takeBack(head: string): Promise<Posted> {
    const { project, mergeRequest, headSha } = this.options;
    if (this.#state === "unchanged") return { state: "outdated", head };
    const [kept, ...spare] = await this.ours();
    await this.remove(spare.filter((note) => this.isMine(note)));
    if (kept && this.isMine(kept)) {
      const said = `The report about \`${headSha}\` is outdated: the head is \`${head}\`. Its own pipeline writes here; if that one has ended, run its job again.`;
      const { body } = marked(this.key, headSha, said);
      await this.client.MergeRequestNotes.edit(project, mergeRequest, kept.id, { body }).catch(unlessGone);
    }
    return { state: "outdated", head };
  }
}

/** Another run removes the same notes. */
function unlessGone(error: unknown): void {
  if (!isGone(error)) throw error;
}
