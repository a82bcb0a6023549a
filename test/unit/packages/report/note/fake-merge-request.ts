import { GitLabError } from "../../../../../packages/kit/gitlab-error.js";
import type { NoteClient } from "../../../../../packages/report/note/note.js";

interface FakeNote {
  readonly id: number;
  readonly author: { readonly id: number };
  readonly system: boolean;
  body: string;
}

/** A merge request in memory with GitLab's answers: each call can be held back before it has its effect. */
export class FakeMergeRequest {
  readonly notes: FakeNote[] = [];
  /** Calls that had their effect: `A edit 1`. */
  readonly log: string[] = [];
  head: string;
  #next = 1;

  constructor(head: string) {
    this.head = head;
  }

  /** A note of somebody's. */
  add(author: number, body: string, system = false): FakeNote {
    const note = { id: this.#next++, author: { id: author }, system, body };
    this.notes.push(note);
    return note;
  }

  /**
   * A client of one user.
   *
   * @param hold called before each call has its effect
   */
  client(name = "A", hold: (call: string) => Promise<void> = async () => {}, user = 7): NoteClient {
    const call = async <T>(what: string, effect: () => T): Promise<T> => {
      await hold(what);
      this.log.push(`${name} ${what}`);
      return effect();
    };
    const find = (id: number) => {
      const note = this.notes.find((one) => one.id === id);
      if (note) return note;
      throw new GitLabError({ status: 404, words: "404 Not found", uncertain: false }, "gone", "note", "none");
    };
    return {
      Users: { showCurrentUser: async () => ({ id: user }) },
      MergeRequests: { show: () => call("show", () => ({ sha: this.head })) },
      MergeRequestNotes: {
        all: () => call("list", () => this.notes.map((note) => ({ ...note })).reverse()),
        create: (_: unknown, __: unknown, body: string) => call("create", () => ({ ...this.add(user, body) })),
        edit: (_: unknown, __: unknown, id: number, { body }: { body: string }) =>
          call(`edit ${id}`, () => Object.assign(find(id), { body })),
        remove: (_: unknown, __: unknown, id: number) =>
          call(`remove ${id}`, () => void this.notes.splice(this.notes.indexOf(find(id)), 1)),
      },
    } as unknown as NoteClient;
  }
}
