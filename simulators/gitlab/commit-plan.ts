import type { FileChange } from "./git/commit.js";
import { entryAt, lastCommitOf } from "./git/queries.js";
import { isFilePath } from "./model/paths.js";
import { problem } from "./model/problem.js";

/** One action of a commit, as the commits API takes it. */
export interface CommitAction {
  readonly action: string;
  readonly file_path: string;
  readonly previous_path?: string | undefined;
  readonly content?: string | undefined;
  readonly encoding?: string | undefined;
  readonly last_commit_id?: string | undefined;
  readonly execute_filemode?: boolean | undefined;
}

const noFile = () => problem(400, "A file with this name doesn't exist");
const fileExists = () => problem(400, "A file with this name already exists");

/**
 * The changes of files that a commit's actions ask for. Each action is checked against what the
 * actions before it leave behind.
 *
 * @throws Problem for an action that does not fit the files
 */
export async function planChanges(
  repository: string,
  parent: string | undefined,
  actions: readonly CommitAction[],
): Promise<FileChange[]> {
  const files = new PlannedFiles(repository, parent);
  const changes: FileChange[] = [];
  for (const action of actions) {
    checkPath(action.file_path);
    if (action.action === "create") changes.push(await create(files, action));
    else if (action.action === "move") changes.push(...(await move(files, action)));
    else if (action.action === "delete") changes.push(await remove(files, action));
    else if (action.action === "chmod") changes.push(await changeMode(files, action, changes));
    else changes.push(await update(files, action));
  }
  return changes;
}

/** The files of a commit's parent with the changes planned so far. */
class PlannedFiles {
  readonly #blobs = new Map<string, string | undefined>();
  readonly #executable = new Map<string, boolean>();

  constructor(
    readonly repository: string,
    readonly parent: string | undefined,
  ) {}

  /** The blob of a file, "tree" for a folder, "new" for a file that the commit itself writes; undefined for nothing. */
  async at(path: string): Promise<string | undefined> {
    if (!this.#blobs.has(path)) {
      const entry = this.parent === undefined ? undefined : await entryAt(this.repository, this.parent, path);
      this.set(path, entry?.type === "blob" ? entry.id : entry ? "tree" : undefined);
      this.setExecutable(path, entry?.mode === "100755");
    }
    return this.#blobs.get(path);
  }

  isExecutable(path: string): boolean {
    return this.#executable.get(path) ?? false;
  }

  set(path: string, blob: string | undefined): void {
    this.#blobs.set(path, blob);
  }

  setExecutable(path: string, executable: boolean): void {
    this.#executable.set(path, executable);
  }

  /** The blob of a file that must exist, unchanged since the commit that the client names. */
  async existing({ file_path: path, last_commit_id: expected }: CommitAction): Promise<string> {
    const blob = await this.at(path);
    if (!blob || blob === "tree") throw noFile();
    await this.checkLastCommit(path, expected);
    return blob;
  }

  async checkLastCommit(path: string, expected: string | undefined): Promise<void> {
    if (!expected || !this.parent) return;
    if ((await lastCommitOf(this.repository, this.parent, path)) !== expected)
      throw problem(400, `The file has changed since you started editing it: ${path}`);
  }
}

async function create(files: PlannedFiles, action: CommitAction): Promise<FileChange> {
  const { file_path: path } = action;
  const present = await files.at(path);
  if (present === "tree") throw problem(400, "A directory with this name already exists");
  if (present) throw fileExists();
  files.set(path, "new");
  return { kind: "write", path, content: contentOf(action), executable: action.execute_filemode ?? false };
}

async function move(files: PlannedFiles, action: CommitAction): Promise<FileChange[]> {
  const { file_path: path, previous_path: from = "" } = action;
  checkPath(from);
  const present = await files.at(path);
  if (!(await files.at(from))) throw noFile();
  if (present) throw fileExists();
  await files.checkLastCommit(from, action.last_commit_id);
  files.set(path, await files.at(from));
  files.set(from, undefined);
  const moved: FileChange = { kind: "move", from, path };
  if (action.content === undefined) return [moved];
  return [moved, { kind: "write", path, content: contentOf(action), executable: files.isExecutable(from) }];
}

async function remove(files: PlannedFiles, action: CommitAction): Promise<FileChange> {
  const { file_path: path } = action;
  await files.existing(action);
  files.set(path, undefined);
  return { kind: "delete", path };
}

async function changeMode(
  files: PlannedFiles,
  action: CommitAction,
  earlier: readonly FileChange[],
): Promise<FileChange> {
  const { file_path: path, execute_filemode: executable = false } = action;
  const blob = await files.existing(action);
  files.setExecutable(path, executable);
  // A file that the same commit writes has no blob yet: its content is written again with the new mode.
  const written = earlier.findLast((change) => change.kind === "write" && change.path === path);
  return written?.kind === "write" ? { ...written, executable } : { kind: "mode", path, blob, executable };
}

async function update(files: PlannedFiles, action: CommitAction): Promise<FileChange> {
  const { file_path: path } = action;
  await files.existing(action);
  const executable = action.execute_filemode ?? files.isExecutable(path);
  return { kind: "write", path, content: contentOf(action), executable };
}

function checkPath(path: string): void {
  if (!isFilePath(path)) throw problem(400, "file_path should be a valid file path");
}

function contentOf(action: CommitAction): Buffer {
  return Buffer.from(action.content ?? "", action.encoding === "base64" ? "base64" : "utf8");
}
