import { join } from "node:path";
import type { Layout } from "../layout.js";
import type { State } from "../model/server-state.js";
import type { Project } from "../model/types/projects.js";
import type { GitLabSettings } from "../settings.js";
import type { Store } from "../store/store.js";
import type { Faults } from "./faults.js";
import type { Journal } from "./journal.js";
import type { KeyedLock } from "./keyed-lock.js";
import type { Sessions } from "./sessions.js";

/** What every request uses. */
export interface Context {
  readonly store: Store;
  readonly settings: GitLabSettings;
  readonly layout: Layout;
  /** Address that clients use, with the prefix, without a slash at the end. */
  readonly url: string;
  readonly locks: KeyedLock;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly sessions: Sessions;
  /** Cache of results that need Git and never change, by their inputs. */
  readonly memo: Map<string, unknown>;
  /** Sends webhooks in the background. */
  readonly deliver: (event: HookEvent) => void;
  /** Writes a line into the server's log. */
  readonly log: (line: string) => void;
}

/** An event that is sent to webhooks. */
export interface HookEvent {
  readonly project: Project;
  /**
   * Which of a hook's switches must be on: `push_events`, `merge_requests_events`, `note_events`,
   * `tag_push_events`.
   */
  readonly trigger: string;
  /** X-Gitlab-Event. */
  readonly name: string;
  /** Branch, for the hook's filter. */
  readonly branch?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The state of the server. */
export function stateOf(context: Context): State {
  return context.store.state;
}

/** Folder of a project's bare repository. */
export function repositoryOf(context: Context, project: Project): string {
  return join(context.layout.repositories, project.repository);
}
