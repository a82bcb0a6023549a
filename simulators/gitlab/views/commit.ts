import type { FileDiff } from "../git/diff.js";
import type { Commit } from "../git/queries.js";
import type { Context } from "../http/server-context.js";
import { projectPath } from "../model/namespaces.js";
import type { Project } from "../model/types/projects.js";
import { apiTime } from "./time.js";

/** Address of a project for people. */
export function projectUrl(context: Context, project: Project): string {
  return `${context.url}/${projectPath(context.store.state, project)}`;
}

/** First line of a message. */
export function titleOf(message: string): string {
  return (message.split("\n")[0] ?? "").trim();
}

/** A commit in a list. */
export function commitView(context: Context, project: Project, commit: Commit): Record<string, unknown> {
  return {
    id: commit.id,
    short_id: commit.id.slice(0, 8),
    created_at: apiTime(commit.committedAt),
    parent_ids: commit.parents,
    title: titleOf(commit.message),
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    authored_date: apiTime(commit.authoredAt),
    committer_name: commit.committerName,
    committer_email: commit.committerEmail,
    committed_date: apiTime(commit.committedAt),
    trailers: {},
    extended_trailers: {},
    web_url: `${projectUrl(context, project)}/-/commit/${commit.id}`,
  };
}

/** The change of one file. */
export function diffView(change: FileDiff): Record<string, unknown> {
  return {
    diff: change.patch,
    collapsed: false,
    too_large: false,
    new_path: change.newPath,
    old_path: change.oldPath,
    a_mode: change.oldMode === "000000" ? "0" : change.oldMode,
    b_mode: change.newMode === "000000" ? "0" : change.newMode,
    new_file: change.status === "added",
    renamed_file: change.status === "renamed",
    deleted_file: change.status === "deleted",
    generated_file: false,
  };
}
