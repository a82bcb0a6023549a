import { git, tryGit } from "@timonier/kit/git";
import { zeroId } from "../model/protection.js";
import { randomHex } from "../model/secrets.js";

/** Author or committer of a commit. */
export interface Person {
  readonly name: string;
  readonly email: string;
}

/** One change of one file. */
export type FileChange =
  | { readonly kind: "write"; readonly path: string; readonly content: Buffer; readonly executable: boolean }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "move"; readonly from: string; readonly path: string }
  | { readonly kind: "mode"; readonly path: string; readonly blob: string; readonly executable: boolean };

/** A commit to be made. */
export interface CommitRequest {
  readonly branch: string;
  /** Commit to build on; undefined for the first one. */
  readonly parent: string | undefined;
  /** Head that the branch must have when it is moved; undefined when it must not exist. */
  readonly expected: string | undefined;
  readonly message: string;
  readonly author: Person;
  readonly committer: Person;
  readonly changes: readonly FileChange[];
}

/** A branch moved between the check and the write. */
export class RefMoved extends Error {
  override readonly name = "RefMoved";
}

/**
 * Makes one commit with all changes and moves the branch, or does neither. Objects are written by
 * `git fast-import` under a name of its own; the branch is moved by one transaction that checks
 * where it was.
 *
 * @returns the commit's hash
 * @throws RefMoved when the branch is not where it was expected
 * @see https://git-scm.com/docs/git-fast-import
 */
export async function commitFiles(repository: string, request: CommitRequest): Promise<string> {
  const draft = `refs/timonier/${randomHex(8)}`;
  const input = fastImportStream(draft, request, Math.floor(Date.now() / 1000));
  const id = (await git(repository, ["fast-import", "--quiet", "--done", "--date-format=raw"], { input })).trim();
  await moveRefs(repository, [
    `update refs/heads/${request.branch} ${id} ${request.expected ?? zeroId}`,
    `delete ${draft} ${id}`,
  ]);
  return id;
}

/** The stream for `git fast-import`; pure. @param seconds time of the commit since 1970 */
export function fastImportStream(ref: string, request: CommitRequest, seconds: number): Buffer {
  const parts: Buffer[] = [];
  const line = (text: string) => parts.push(Buffer.from(`${text}\n`));
  const data = (content: Buffer) => {
    line(`data ${content.length}`);
    parts.push(content, Buffer.from("\n"));
  };
  line("feature done");
  line(`commit ${ref}`);
  line("mark :1");
  line(`author ${ident(request.author)} ${seconds} +0000`);
  line(`committer ${ident(request.committer)} ${seconds} +0000`);
  data(Buffer.from(request.message));
  if (request.parent) line(`from ${request.parent}`);
  for (const change of request.changes) {
    const path = quotePath(change.path);
    if (change.kind === "delete") line(`D ${path}`);
    if (change.kind === "move") line(`R ${quotePath(change.from)} ${path}`);
    if (change.kind === "mode") line(`M ${change.executable ? "100755" : "100644"} ${change.blob} ${path}`);
    if (change.kind === "write") {
      line(`M ${change.executable ? "100755" : "100644"} inline ${path}`);
      data(change.content);
    }
  }
  line("");
  line("get-mark :1");
  line("done");
  return Buffer.concat(parts);
}

function ident({ name, email }: Person): string {
  const plain = (text: string) => text.replace(/[<>\r\n\0]/g, "").trim();
  return `${plain(name)} <${plain(email)}>`;
}

function quotePath(path: string): string {
  return `"${path.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
}

/** Changes several refs at once or none. @throws RefMoved when one is not where it was expected */
export async function moveRefs(repository: string, commands: readonly string[]): Promise<void> {
  const input = `start\n${commands.join("\n")}\nprepare\ncommit\n`;
  const { code, stderr } = await tryGit(repository, ["update-ref", "--no-deref", "--stdin"], { input });
  if (code !== 0) throw new RefMoved(stderr.trim());
}
