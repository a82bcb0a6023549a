import { execa } from "execa";
import type { BranchCommit } from "./application-history.js";

/** Reads the history of a clone's branch. */
export class BranchLog {
  constructor(private readonly clone: string) {}

  /** Commits of the branch itself that change one of the paths, oldest first. Those of merged branches are not among them. */
  async commits(paths: readonly string[]): Promise<BranchCommit[]> {
    const format = "--format=%H%x00%cI%x00%an%x00%B%x00";
    const text = await this.git(["log", "--first-parent", "--reverse", format, "HEAD", "--", ...paths]);
    const fields = text.split("\0");
    const commits: BranchCommit[] = [];
    for (let at = 0; at + 4 < fields.length; at += 4) {
      const [sha = "", date = "", author = "", message = ""] = fields.slice(at, at + 4);
      commits.push({ sha: sha.trim(), date, author, message });
    }
    return commits;
  }

  /** Id of each file or folder, in Git's form `COMMIT:PATH`. undefined: it does not exist */
  async ids(names: readonly string[]): Promise<ReadonlyArray<string | undefined>> {
    const text = await this.git(["cat-file", "--batch-check=%(objectname)"], names);
    const lines = text.split("\n");
    return names.map((_, index) => {
      const line = lines[index] ?? "";
      return /^[0-9a-f]{40,64}$/.test(line) ? line : undefined;
    });
  }

  /** Texts of files by their ids. */
  async texts(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const distinct = [...new Set(ids)];
    const output = await this.bytes(["cat-file", "--batch"], distinct);
    const found = new Map<string, string>();
    let at = 0;
    for (const id of distinct) {
      // Each is `ID TYPE SIZE`, its content, and an end of line.
      const end = output.indexOf("\n", at);
      const size = Number(output.subarray(at, end).toString().split(" ")[2]);
      found.set(id, output.subarray(end + 1, end + 1 + size).toString());
      at = end + 1 + size + 1;
    }
    return found;
  }

  private async git(args: readonly string[], lines: readonly string[] = []): Promise<string> {
    return (await this.bytes(args, lines)).toString();
  }

  private async bytes(args: readonly string[], lines: readonly string[]): Promise<Buffer> {
    const { stdout } = await execa("git", args, {
      cwd: this.clone,
      env: { LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
      input: lines.map((line) => `${line}\n`).join(""),
      encoding: "buffer",
      stripFinalNewline: false,
      timeout: 120_000,
    });
    return Buffer.from(stdout);
  }
}
